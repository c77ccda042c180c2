//! openweights
