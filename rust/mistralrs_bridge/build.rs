fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // Never unmapped: its threads and thread-locals outlive any dlclose. Exports ours alone: a
        // dependency's C functions may also be in the program. No symbols: they are a third of it.
        for argument in ["-z,nodelete", "--exclude-libs,ALL", "-s"] {
            println!("cargo:rustc-cdylib-link-arg=-Wl,{argument}");
        }
    }
    // What Cargo.toml pins.
    let manifest = std::fs::read_to_string("Cargo.toml").expect("Cargo.toml is here");
    let pinned = manifest
        .split("mistralrs = { version = \"=")
        .nth(1)
        .expect("mistralrs is pinned");
    let version = pinned.split('"').next().unwrap_or_default();
    println!("cargo:rustc-env=PCAI_MISTRALRS_VERSION={version}");
    println!("cargo:rerun-if-changed=Cargo.toml");
}
