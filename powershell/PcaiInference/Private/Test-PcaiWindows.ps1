# $IsWindows does not exist in Windows PowerShell 5.1.
function Test-PcaiWindows {
    [CmdletBinding()]
    [OutputType([bool])]
    param()

    return [System.IO.Path]::DirectorySeparatorChar -eq '\'
}
