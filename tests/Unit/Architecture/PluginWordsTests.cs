using System.Reflection;
using System.Text.RegularExpressions;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Architecture;

/// <summary>The plugin recognizes no step, phase or guard by its name and no message by its words: what it needs is a
/// field that the operator writes.</summary>
public sealed partial class PluginWordsTests
{
    private static readonly StepRegistry[] Registries =
        [StepRegistry.Of<OmsTargets>(), StepRegistry.Of<TiDbTargets>(), StepRegistry.Of<YugabyteCluster>()];

    // Words of steps that are other things in the plugin.
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["create"] = "a verb of Kubernetes, among the rights that doctor asks for",
        ["tidb"] = "the engine that `init` writes a manifest for",
        ["version"] = "the verb `kubectl drydock version`, and labels of images",
    };

    [Fact]
    public void Plugin_names_no_step_phase_or_guard()
    {
        var known = Names().Concat(Phases()).Concat(Verbs()).ToHashSet(StringComparer.Ordinal);
        known.ShouldContain("StopContainer");
        known.ShouldContain("StopOld");
        known.ShouldContain("ha-config");
        known.ExceptWith(Exceptions.Keys);

        Lines(line => Text().Matches(line).Any(m => known.Contains(m.Groups["text"].Value))
            || PhaseClass().IsMatch(line)).ShouldBeEmpty();
    }

    // The API server has no field for a missing right: Failures.cs.
    [Fact]
    public void Plugin_recognizes_no_message_by_its_words() =>
        Lines(line => Recognized().IsMatch(line)).ShouldBe([
            "Failures.cs: string.IsNullOrEmpty(message) || message.Contains(\"cannot \", StringComparison.Ordinal);"]);

    private static IEnumerable<string> Names() => Registries.SelectMany(r => r.Names);

    private static IEnumerable<string> Phases() =>
        new[] { typeof(OmsUpgradePhases), typeof(DatabaseRollingUpgradePhases) }
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Except(typeof(RunPhases).GetFields().Select(f => f.GetValue(null) as string).OfType<string>());

    // As the stored plans of all kinds have them.
    private static IEnumerable<string> Verbs() =>
        from file in Directory.EnumerateFiles(Repository.PathOf("tests/Unit"), "*.json", SearchOption.AllDirectories)
        where file.Contains("/Goldens/form-", StringComparison.Ordinal)
        let json = JsonNode.Parse(File.ReadAllText(file))!
        let plans = json["work"] is null ? json["status"]?["plans"]?.AsArray() ?? [] : [json]
        from plan in plans
        from step in plan.Deserialize(CrdsJsonContext.Default.PlanProgress)!.Steps
        where step.Id.LastIndexOf('/') > 0 && step.Id[(step.Id.LastIndexOf('/') + 1)..] != step.Node
        select step.Id[(step.Id.LastIndexOf('/') + 1)..];

    private static IEnumerable<string> Lines(Func<string, bool> isMeant) =>
        from file in Directory.EnumerateFiles(Repository.PathOf("src/Cli"), "*.cs", SearchOption.AllDirectories)
        from line in File.ReadLines(file)
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && isMeant(line)
        select $"{Path.GetFileName(file)}: {line.Trim()}";

    [GeneratedRegex("\"(?<text>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Text();

    [GeneratedRegex(@"\b(?:OmsUpgradePhases|DatabaseRollingUpgradePhases)\b", RegexOptions.CultureInvariant)]
    private static partial Regex PhaseClass();

    [GeneratedRegex(
        @"\b(?:\w*[mM]essage|Title|Summary|Cost|Why|NextAction|\w*[nN]otes?|Text|n)\b[?!]*\.(?:Contains|StartsWith|"
        + @"EndsWith|IndexOf|Split)\(",
        RegexOptions.CultureInvariant)]
    private static partial Regex Recognized();
}
