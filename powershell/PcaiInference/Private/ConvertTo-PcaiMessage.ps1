# A message of -Messages, a hashtable or an object with role and content, as the native layer has it.
function ConvertTo-PcaiMessage {
    [CmdletBinding()]
    [OutputType('PcaiInference.Message')]
    param(
        [Parameter(Mandatory = $true)]
        [object] $InputObject
    )

    if ($InputObject -is [PcaiInference.Message]) { return $InputObject }

    $entries = @{}
    if ($InputObject -is [System.Collections.IDictionary]) {
        foreach ($key in $InputObject.Keys) { $entries["$key"] = $InputObject[$key] }
    }
    elseif ($InputObject -is [System.Management.Automation.PSCustomObject]) {
        foreach ($property in $InputObject.PSObject.Properties) { $entries[$property.Name] = $property.Value }
    }
    else {
        throw "A message is a hashtable such as @{ role = 'user'; content = 'Hello' }, not a " +
            "$($InputObject.GetType().Name)."
    }
    foreach ($key in $entries.Keys) {
        if ($key -notin 'role', 'content') { throw "A message has a role and a content; '$key' is not known." }
    }
    if ($entries['content'] -isnot [string]) { throw 'The content of a message is a text.' }
    $role = switch ($entries['role']) {
        'system' { 'System' }
        'developer' { 'System' }
        'user' { 'User' }
        'assistant' { 'Assistant' }
        default { throw "The role of a message is system, user or assistant, not '$($entries['role'])'." }
    }
    New-Object PcaiInference.Message ([PcaiInference.Role]$role, $entries['content'])
}
