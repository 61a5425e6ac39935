"""Every PowerShell source by a real grammar, and what the module promises: exports, help, names."""
import re
import unittest
import xml.etree.ElementTree

import grammar
from grammar import MODULE, ROOT

# Of Get-Verb; those that fit what a module may do.
APPROVED_VERBS = set("""
    Add Clear Close Copy Enter Exit Find Format Get Hide Join Lock Move New Open Optimize Pop Push
    Redo Remove Rename Reset Resize Search Select Set Show Skip Split Step Switch Undo Unlock Watch
    Backup Checkpoint Compare Compress Convert ConvertFrom ConvertTo Dismount Edit Expand Export Group
    Import Initialize Limit Merge Mount Out Publish Restore Save Sync Unpublish Update Approve Assert
    Build Complete Confirm Deny Deploy Disable Enable Install Invoke Register Request Restart Resume
    Start Stop Submit Suspend Uninstall Unregister Wait Debug Measure Ping Repair Resolve Test Trace
    Connect Disconnect Read Receive Send Write Block Grant Protect Revoke Unblock Unprotect Use
""".split())

# Aliases of Windows PowerShell and PowerShell, besides those that are no words of ours.
ALIASES = set("""
    % ? ac asnp cat cd chdir clc clear clhy cli clp cls clv cnsn compare copy cp cpi cpp curl cvpa dbp
    del diff dir dnsn ebp echo epal epcsv epsn erase etsn exsn fc fhx fl foreach ft fw gal gbp gc gci
    gcm gcs gdr ghy gi gjb gl gm gmo gp gps gpv group gsn gsnp gsv gu gv gwmi h history icm iex ihy ii
    ipal ipcsv ipmo ipsn irm ise iwmi iwr kill lp ls man md measure mi mount move mp mv nal ndr ni nmo
    npssc nsn nv ogv oh popd ps pushd pwd r rbp rcjb rcsn rd rdr ren ri rjb rm rmdir rmo rni rnp rp rsn
    rsnp rujb rv rvpa rwmi sajb sal saps sasv sbp sc select set shcm si sl sleep sls sort sp spjb spps
    spsv start sujb sv swmi tee trcm type where wget wjb write
""".split())

# Cmdlets of the later editions, which Windows PowerShell 5.1 lacks, and syntax that it cannot read.
ONLY_IN_7 = re.compile(r"\?\?|\?\.|&&|\|\||ForEach-Object -Parallel|-AsHashtable|Get-Error\b|"
                       r"\$IsWindows|\$IsLinux|Join-Path -AdditionalChildPath|Test-Json|"
                       r"-SkipHttpErrorCheck|PtrToStringUTF8", re.I)

SCRIPTS = grammar.files("*.ps1", "*.psm1", "*.psd1")


def relative(file):
    return str(file.relative_to(ROOT))


def examples():
    """(where, code) of each PowerShell block of the documentation and each .EXAMPLE of help."""
    document = (ROOT / "docs/powershell.md").read_text()
    for match in re.finditer(r"^```powershell\n(.*?)^```", document, re.M | re.S):
        line = document[:match.start()].count("\n") + 1
        yield f"docs/powershell.md:{line}", match[1]
    for file in SCRIPTS:
        for name, text in help_sections(file.read_text()):
            if name == "EXAMPLE":
                yield f"{relative(file)}: {text.splitlines()[0]}", example_code(text)


def example_code(text):
    """The code of an example ends at an empty line that follows it; then comes what it does."""
    return text.split("\n\n")[0]


def help_sections(source):
    """[(keyword, text)] of comment-based help, with the indentation taken away."""
    block = re.search(r"<#(.*?)#>", source, re.S)
    if not block:
        return []
    lines = [line.strip() for line in block[1].splitlines()]
    sections = []
    for line in lines:
        if re.match(r"\.[A-Z]+\b", line):
            sections.append([line, ""])
        elif sections:
            sections[-1][1] += line + "\n"
    return [(head[1:].split()[0] if " " not in head else head[1:], text.strip())
            for head, text in sections]


class SourceTest(unittest.TestCase):
    def test_the_grammar_refuses_what_is_wrong(self):
        for wrong in ("function {", "if ($a { }", "@{ a = ", "'open", "foreach ($x in 1,2) {"):
            self.assertTrue(list(grammar.errors(grammar.parse(wrong))), wrong)

    def test_every_script_parses(self):
        self.assertGreater(len(SCRIPTS), 20)
        for file in SCRIPTS:
            with self.subTest(relative(file)):
                self.assertEqual([], list(grammar.errors(grammar.parse(file.read_bytes()))))

    def test_every_example_parses_and_names_no_unknown_cmdlet_or_parameter(self):
        parameters = public_parameters()
        found = list(examples())
        self.assertGreater(len(found), 25)
        for where, code in found:
            with self.subTest(where):
                # The grammar knows no command that begins with a dot or a slash.
                root = grammar.parse(re.sub(r"^\./(?=PC-AI)", "", code, flags=re.M))
                self.assertEqual([], list(grammar.errors(root)))
                for name, used in commands(root):
                    if "-Pcai" not in name:
                        continue
                    self.assertIn(name, parameters)
                    self.assertLessEqual(used, parameters[name] | COMMON_PARAMETERS, name)

    def test_sources_are_ascii_because_5_1_reads_them_in_the_ansi_code_page(self):
        sources = SCRIPTS + grammar.files("*.cs", folder=MODULE) + grammar.files("*.ps1xml")
        for file in sources:
            with self.subTest(relative(file)):
                file.read_bytes().decode("ascii")

    def test_scripts_use_no_alias(self):
        for file in SCRIPTS:
            for name, _ in commands(grammar.parse(file.read_bytes())):
                with self.subTest(relative(file), command=name):
                    self.assertNotIn(name.lower(), ALIASES)

    def test_scripts_use_nothing_that_windows_powershell_lacks(self):
        for file in SCRIPTS:
            with self.subTest(relative(file)):
                root = grammar.parse(file.read_bytes())
                code = "\n".join(line for line in source_without(root, "comment", "string_literal"))
                self.assertIsNone(ONLY_IN_7.search(code))

    def test_functions_that_are_called_exist(self):
        own = {name for file in SCRIPTS for name in grammar.functions(grammar.parse(file.read_bytes()))}
        for file in SCRIPTS:
            for name, used in commands(grammar.parse(file.read_bytes())):
                if "-Pcai" in name:
                    with self.subTest(relative(file), command=name):
                        self.assertIn(name, own)


COMMON_PARAMETERS = set("""
    Verbose Debug ErrorAction WarningAction ErrorVariable WarningVariable OutVariable WhatIf Confirm
""".split())


def commands(root):
    """(name, {parameters}) of each command that is called by name."""
    for command in grammar.nodes(root, "command"):
        name = command.child_by_field_name("command_name") or command.child(0)
        if name.type != "command_name":
            continue
        elements = command.child_by_field_name("command_elements")
        used = {parameter.text.decode().lstrip("-").rstrip(":")
                for parameter in (elements.children if elements else [])
                if parameter.type == "command_parameter"}
        yield name.text.decode(), used


def source_without(root, *types):
    """The source's text with the nodes of these types left out."""
    text = bytearray(root.text)
    for node in grammar.nodes(root, *types):
        start, end = node.start_byte - root.start_byte, node.end_byte - root.start_byte
        text[start:end] = b" " * (end - start)
    return text.decode().splitlines()


def parameters_of(function):
    """The parameters of a function's own param block; variables of its attributes are none."""
    block = next(grammar.nodes(function, "param_block"))
    return {child.text.decode().lstrip("$")
            for parameter in grammar.nodes(block, "script_parameter")
            for child in parameter.children if child.type == "variable"}


def public_parameters():
    return {name: parameters_of(function)
            for file in grammar.files("*.ps1", folder=MODULE / "Public")
            for name, function in grammar.functions(grammar.parse(file.read_bytes())).items()}


class ModuleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.manifest = grammar.manifest()
        cls.exports = grammar.strings(cls.manifest["FunctionsToExport"])
        cls.public = {}
        for file in grammar.files("*.ps1", folder=MODULE / "Public"):
            cls.public[file] = grammar.functions(grammar.parse(file.read_bytes()))

    def test_manifest_has_what_the_gallery_asks_for(self):
        for key in ("RootModule", "ModuleVersion", "GUID", "Author", "Description", "Copyright",
                    "CompatiblePSEditions", "PowerShellVersion", "FormatsToProcess", "Tags",
                    "ReleaseNotes"):
            self.assertIn(key, self.manifest)
        self.assertEqual(["5.1"], grammar.strings(self.manifest["PowerShellVersion"]))
        self.assertEqual(["Desktop", "Core"], grammar.strings(self.manifest["CompatiblePSEditions"]))
        self.assertRegex(grammar.strings(self.manifest["GUID"])[0], r"^[0-9a-f-]{36}$")
        for key in ("RootModule", "FormatsToProcess"):
            for file in grammar.strings(self.manifest[key]):
                self.assertTrue((MODULE / file).is_file(), file)

    def test_exports_are_exactly_the_public_functions(self):
        self.assertEqual(sorted(self.exports),
                         sorted(name for functions in self.public.values() for name in functions))
        for key in ("CmdletsToExport", "AliasesToExport", "VariablesToExport"):
            self.assertEqual([], grammar.strings(self.manifest[key]), key)

    def test_exports_hold_the_plan(self):
        self.assertLessEqual({"Initialize-PcaiInference", "Import-PcaiModel", "Invoke-PcaiGenerate",
                              "Close-PcaiInference", "Get-PcaiModel", "Get-PcaiDevice",
                              "Start-PcaiServer", "Stop-PcaiServer", "Get-PcaiServer"},
                             set(self.exports))
        parameters = public_parameters()
        for name, promised in {
                "Initialize-PcaiInference": {"Backend"},
                "Import-PcaiModel": {"ModelPath", "GpuLayers"},
                "Invoke-PcaiGenerate": {"Prompt", "MaxTokens", "Temperature", "Stream", "Messages",
                                        "System", "Stop", "Seed", "JsonSchema", "AsObject"}}.items():
            self.assertLessEqual(promised, parameters[name], name)
        script = grammar.parse((ROOT / "PC-AI.ps1").read_bytes())
        self.assertLessEqual({"InferenceBackend", "ModelPath", "UseNativeInference"},
                             parameters_of(script))

    def test_each_file_has_one_function_of_its_name(self):
        for folder in ("Public", "Private"):
            for file in grammar.files("*.ps1", folder=MODULE / folder):
                names = list(grammar.functions(grammar.parse(file.read_bytes())))
                self.assertEqual([file.stem], names)

    def test_names_are_approved_verbs_and_our_nouns(self):
        for folder in ("Public", "Private"):
            for file in grammar.files("*.ps1", folder=MODULE / folder):
                verb, noun = file.stem.split("-")
                self.assertIn(verb, APPROVED_VERBS)
                self.assertTrue(noun.startswith("Pcai"), noun)

    def test_public_functions_have_help(self):
        for file, functions in self.public.items():
            for name, function in functions.items():
                with self.subTest(name):
                    sections = help_sections(function.text.decode())
                    words = [section.split()[0] for section, _ in sections]
                    for keyword in ("SYNOPSIS", "DESCRIPTION", "EXAMPLE", "INPUTS", "OUTPUTS", "LINK"):
                        self.assertIn(keyword, words)
                    described = {section.split()[1] for section, text in sections
                                 if section.startswith("PARAMETER") and text}
                    self.assertEqual(parameters_of(function), described)
                    for section, text in sections:
                        if section == "EXAMPLE":
                            self.assertIn(name.split("-")[1], text)
                            self.assertTrue(text[len(example_code(text)):].strip(),
                                            "an example says what it does")

    def test_public_functions_say_what_they_write_and_bind_as_cmdlets(self):
        for functions in self.public.values():
            for name, function in functions.items():
                attributes = next(grammar.nodes(function, "param_block")).text.decode()
                self.assertRegex(attributes, r"\[CmdletBinding\(", name)
                self.assertRegex(attributes, r"\[OutputType\(", name)

    def test_what_changes_the_system_asks_should_process(self):
        for functions in self.public.values():
            for name, function in functions.items():
                text = function.text.decode()
                declares = "SupportsShouldProcess" in text
                self.assertEqual(declares, "$PSCmdlet.ShouldProcess(" in text, name)
                if name.split("-")[0] in ("Start", "Stop", "Remove", "Set", "New"):
                    self.assertTrue(declares, name)

    def test_views_name_types_and_properties_that_exist(self):
        csharp = "\n".join(file.read_text() for file in (MODULE / "Native").glob("*.cs"))
        scripts = "\n".join(file.read_text() for file in MODULE.rglob("*.ps1"))
        views = xml.etree.ElementTree.parse(MODULE / "PcaiInference.Format.ps1xml").iter("View")
        checked = 0
        for view in views:
            kind = view.find("ViewSelectedBy/TypeName").text.split(".")[1]
            properties = [name.text for name in view.iter("PropertyName")]
            properties += [name for block in view.iter("ScriptBlock")
                           for name in re.findall(r"\$_\.(\w+)", block.text)]
            body = re.search(rf"class {kind}\b.*?\n    }}\n", csharp, re.S)
            for name in properties:
                known = (re.search(rf"public [\w?]+ {name}\b", body[0]) if body
                         else re.search(rf"^ +{name} +=", scripts, re.M))
                self.assertTrue(known, f"{kind}.{name}")
                checked += 1
            for block in view.iter("ScriptBlock"):
                self.assertEqual([], list(grammar.errors(grammar.parse(block.text))))
        self.assertGreater(checked, 20)

    def test_versions_agree(self):
        version = grammar.strings(self.manifest["ModuleVersion"])[0]
        self.assertIn(f'LayerVersion = "{version}"', (MODULE / "Native/Library.cs").read_text())
        self.assertIn(f"ModuleVersion = '{version}'", (MODULE / "PcaiInference.psm1").read_text())
        numbers = [re.search(rf"PCAI_VERSION_{part} (\d+)",
                             (ROOT / "include/pcai/pcai.h").read_text())[1]
                   for part in ("MAJOR", "MINOR", "PATCH")]
        self.assertEqual(version, ".".join(numbers))


if __name__ == "__main__":
    unittest.main()
