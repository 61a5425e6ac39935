pub use llguidance;
