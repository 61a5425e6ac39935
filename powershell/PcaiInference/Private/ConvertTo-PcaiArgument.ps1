# One argument as it stands in a command line, by the rules of Windows' C library, which .NET follows
# everywhere: quotes around, \" for a quote, and backslashes before a quote doubled.
function ConvertTo-PcaiArgument {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [string] $Argument
    )

    if ($Argument -match '^[\w\-./:\\=]+\z') { return $Argument }
    $escaped = $Argument -replace '(\\*)"', '$1$1\"' -replace '(\\+)\z', '$1$1'
    return '"' + $escaped + '"'
}
