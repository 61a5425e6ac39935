# The pcai program: -ProgramPath, PCAI_PROGRAM, beside the native library, beside the module, or on
# the path. Nothing when there is none.
function Find-PcaiProgram {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [string] $ProgramPath
    )

    if ($ProgramPath) { return $ProgramPath }
    if ($env:PCAI_PROGRAM) { return $env:PCAI_PROGRAM }

    $names = if (Test-PcaiWindows) { 'pcai.exe', 'pcai-inference-server.exe' } else { 'pcai', 'pcai-inference-server' }
    $folders = @($script:ModuleFolder)
    if ($env:PCAI_INFERENCE_LIBRARY) { $folders += Split-Path -Parent $env:PCAI_INFERENCE_LIBRARY }
    foreach ($folder in $folders) {
        foreach ($name in $names) {
            if (-not $folder) { continue }
            $file = Join-Path $folder $name
            if (Test-Path -LiteralPath $file -PathType Leaf) { return $file }
        }
    }
    foreach ($name in $names) {
        $command = Get-Command -Name $name -CommandType Application -ErrorAction SilentlyContinue |
            Select-Object -First 1
        if ($command) { return $command.Path }
    }
}
