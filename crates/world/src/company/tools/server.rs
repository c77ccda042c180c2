//! Two file servers with large objects: virtual bytes, real semantics.

use super::{Act, Done, name};
use crate::Illegal;
use crate::company::office::{Office, Stored};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most objects on one server.
const OBJECTS_MAX: usize = 256;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListFiles {
    server: String,
}

impl Act for ListFiles {
    const NAME: &'static str = "list_files";
    const ABOUT: &'static str = "Lists the files on a server: name, gigabytes, date.";

    fn act(self, office: &mut Office, _: &str) -> Result<Done, Illegal> {
        let server = name(&self.server)?;
        if !office.spec.servers.contains_key(server) {
            return Ok(no_server(office, server));
        }
        let folder = format!("servers/{server}/");
        let lines: Vec<String> = office
            .below(&folder)
            .filter_map(|(name, value)| Some(line(name, &Stored::deserialize(value).ok()?)))
            .collect();
        let says = if lines.is_empty() { format!("`{server}` holds no files.") } else { lines.join("\n") };
        Ok(Done::says(says))
    }
}

fn line(name: &str, stored: &Stored) -> String {
    let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    let part =
        if stored.is_whole() { String::new() } else { format!(" ({} so far)", gigabytes(stored.have)) };
    format!("{name} · {}{part} · {}", gigabytes(stored.bytes), stored.date)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyFile {
    name: String,
    from: String,
    to: String,
}

impl Act for CopyFile {
    const NAME: &'static str = "copy_file";
    const ABOUT: &'static str = "Copies a file from one server to another. A large one takes several calls, each going on where the last ended.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        transfer(office, by, &self.name, &self.from, &self.to).map(|sent| match sent {
            Sent::Not(done) => done,
            Sent::Part(done) | Sent::Whole(done) => done,
        })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveFile {
    name: String,
    from: String,
    to: String,
}

impl Act for MoveFile {
    const NAME: &'static str = "move_file";
    const ABOUT: &'static str = "Moves a file from one server to another. A large one takes several calls; it leaves the first server when all of it has arrived.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        Ok(match transfer(office, by, &self.name, &self.from, &self.to)? {
            Sent::Not(done) | Sent::Part(done) => done,
            Sent::Whole(mut done) => {
                let path = format!("servers/{}/{}", self.from, self.name);
                done.changes.push(office.set(by, path, Value::Null));
                done.says = format!("`{}` has moved to `{}`.", self.name, self.to);
                done
            }
        })
    }
}

/// How far a transfer came.
enum Sent {
    Not(Done),
    Part(Done),
    Whole(Done),
}

fn transfer(office: &mut Office, by: &str, file: &str, from: &str, to: &str) -> Result<Sent, Illegal> {
    let (file, from, to) = (name(file)?, name(from)?, name(to)?);
    let failed = |why: String| Ok(Sent::Not(Done::failed(why)));
    for server in [from, to] {
        if !office.spec.servers.contains_key(server) {
            return Ok(Sent::Not(no_server(office, server)));
        }
    }
    if from == to {
        return failed(format!("`{from}` is where the file already is."));
    }
    let Some(source) = office.stored(from, file) else { return Ok(Sent::Not(no_file(file, from))) };
    if !source.is_whole() {
        return failed(format!("`{file}` has not arrived on `{from}` as a whole."));
    }
    let there = office.stored(to, file);
    if there.as_ref().is_some_and(|there| there.origin != source.origin || there.is_whole()) {
        return failed(format!("`{to}` already has a file `{file}`."));
    }
    if there.is_none() && office.below(&format!("servers/{to}/")).count() >= OBJECTS_MAX {
        return failed(format!("`{to}` is full: {OBJECTS_MAX} files."));
    }
    let before = there.map_or(0, |there| there.have);
    let limit = match office.spec.transfer_bytes {
        0 => u64::MAX,
        limit => limit,
    };
    let have = source.bytes.min(before.saturating_add(limit));
    let arrived = Stored { have, ..source };
    let whole = arrived.is_whole();
    let says = match whole {
        true => format!("`{file}` is on `{to}`."),
        false => format!("`{}`. Call again to go on.", line(file, &arrived)),
    };
    let change = office.set(by, format!("servers/{to}/{file}"), json!(arrived));
    let done = Done::changed(says, vec![change]);
    Ok(if whole { Sent::Whole(done) } else { Sent::Part(done) })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameFile {
    server: String,
    name: String,
    new_name: String,
}

impl Act for RenameFile {
    const NAME: &'static str = "rename_file";
    const ABOUT: &'static str = "Gives a file on a server another name.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let (server, file, new) = (name(&self.server)?, name(&self.name)?, name(&self.new_name)?);
        let Some(stored) = office.stored(server, file) else { return Ok(no_file(file, server)) };
        if office.stored(server, new).is_some() {
            return Ok(Done::failed(format!("`{server}` already has a file `{new}`.")));
        }
        let gone = office.set(by, format!("servers/{server}/{file}"), Value::Null);
        let here = office.set(by, format!("servers/{server}/{new}"), json!(stored));
        Ok(Done::changed(format!("`{file}` is now `{new}`."), vec![gone, here]))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetFileDate {
    server: String,
    name: String,
    /// As `2025-01-31`.
    date: String,
}

impl Act for SetFileDate {
    const NAME: &'static str = "set_file_date";
    const ABOUT: &'static str = "Changes the date of a file on a server.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let (server, file) = (name(&self.server)?, name(&self.name)?);
        let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = self.date.split('-').collect();
        if !matches!(parts[..], [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2)) {
            return Err(Illegal::new("a date is written as 2025-01-31"));
        }
        let Some(stored) = office.stored(server, file) else { return Ok(no_file(file, server)) };
        let says = format!("`{file}` is dated {}.", self.date);
        let dated = Stored { date: self.date, ..stored };
        let change = office.set(by, format!("servers/{server}/{file}"), json!(dated));
        Ok(Done::changed(says, vec![change]))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteFile {
    server: String,
    name: String,
}

impl Act for DeleteFile {
    const NAME: &'static str = "delete_file";
    const ABOUT: &'static str = "Deletes a file from a server for good.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let (server, file) = (name(&self.server)?, name(&self.name)?);
        if office.stored(server, file).is_none() {
            return Ok(no_file(file, server));
        }
        let change = office.set(by, format!("servers/{server}/{file}"), Value::Null);
        Ok(Done::changed(format!("`{file}` is deleted from `{server}`."), vec![change]))
    }
}

fn no_file(file: &str, server: &str) -> Done {
    Done::failed(format!("There is no file `{file}` on `{server}`."))
}

fn no_server(office: &Office, server: &str) -> Done {
    let names: Vec<&str> = office.spec.servers.keys().map(String::as_str).collect();
    let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Done::failed(format!("There is no server `{server}`. There is: {there}."))
}
