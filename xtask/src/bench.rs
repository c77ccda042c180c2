pub fn run(_: &Args) -> crate::Result<()> { Ok(()) }
#[derive(Debug, clap::Args)]
pub struct Args {}
