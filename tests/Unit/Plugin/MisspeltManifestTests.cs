using Drydock.Cli.CommandLine;
using Drydock.Cli.Manifests;
using Drydock.Cli.Output;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Every field of the spec as the CRD has it, misspelt or with a wrong value.</summary>
public sealed class MisspeltManifestTests
{
    private static readonly Dictionary<string, JsonNode> Schemas = new[] { "omsupgrades", "databaserollingupgrades" }
        .Select(plural =>
            Yaml.Read(File.ReadAllText(Repository.PathOf("config", "crd", $"drydock.dev_{plural}.yaml"))).Single())
        .ToDictionary(
            crd => crd["spec"]!["names"]!["kind"]!.GetValue<string>(),
            crd => crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!,
            StringComparer.Ordinal);

    [Theory]
    [InlineData("OmsUpgrade")]
    [InlineData("DatabaseRollingUpgrade")]
    public void Misspelt_field_is_answered_with_the_right_one(string kind)
    {
        var fields = Fields(Schemas[kind], "spec").ToList();

        fields.Count.ShouldBeGreaterThan(50);
        foreach (var (path, _) in fields)
        {
            var at = path.LastIndexOf('.') + 1;
            var name = path[at..];
            var wrong = path[..at] + (name.Length > 3 ? name.Remove(name.Length / 2, 1) : name + name[^1]);
            var message = Refusal(kind, wrong, 1);

            message.ShouldStartWith($"up.yaml: {Shown(wrong)} does not exist. Did you mean ");
            message.ShouldContain(Shown(path));
        }
    }

    [Theory]
    [InlineData("OmsUpgrade")]
    [InlineData("DatabaseRollingUpgrade")]
    public void Wrong_value_is_told_with_what_is_allowed(string kind)
    {
        foreach (var (path, schema) in Fields(Schemas[kind], "spec"))
        {
            var words = (schema["enum"] as JsonArray ?? []).Select(w => w!.GetValue<string>())
                .Where(w => w.Length > 0).ToList();
            var isText = schema["type"]?.GetValue<string>() == "string"
                || schema["x-kubernetes-int-or-string"] is not null;
            JsonNode value = words.Count > 0 || !isText ? "no such thing" : new JsonObject { ["no"] = "such thing" };
            var message = Refusal(kind, path, value);

            message.ShouldStartWith($"up.yaml: {Shown(path)} is ");
            words.ForEach(word => message.ShouldContain(word));
        }
    }

    [Theory]
    [InlineData(
        "OmsUpgrade", "spec: {regions: [{nodes: [{hostIp: 192.0.2.1}]}]}",
        "up.yaml: spec.regions[0].nodes[0].hostIp does not exist. Did you mean spec.regions[0].nodes[0].hostIP?")]
    [InlineData(
        "DatabaseRollingUpgrade", "spec: {approval: OnFailure}",
        "up.yaml: spec.approval is 'OnFailure'; expected is Manual or Automatic. "
        + "OnFailure is a value of spec.rollbackPolicy.")]
    [InlineData(
        "OmsUpgrade", "spec: {toVersion: 4.2}", "up.yaml: spec.toVersion is 4.2; expected is text. Put it in quotes.")]
    [InlineData("OmsUpgrade", "sepc: {}", "up.yaml: sepc does not exist. Did you mean spec?")]
    [InlineData("OmsUpgrade", "spec: {qwertzuiop: 1}", "up.yaml: spec.qwertzuiop does not exist.")]
    [InlineData(
        "OmsUpgrade", "spec: {paused: maybe, approval: Go}",
        "up.yaml: spec.paused is 'maybe'; expected is true or false.\n"
            + "up.yaml: spec.approval is 'Go'; expected is Manual or Automatic.")]
    public void Sentence_names_file_field_and_what_is_right(string kind, string fields, string expected) =>
        Should.Throw<CliException>(
            () => TrialManifest.Read($"kind: {kind}\nmetadata: {{name: a}}\n{fields}\n", "up.yaml", "oms"))
            .Message.ShouldBe(expected);

    private static string Refusal(string kind, string path, JsonNode value)
    {
        var document = new JsonObject { ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = "a" } };
        JsonNode node = document;
        var parts = path.Split('.');
        foreach (var part in parts[..^1])
        {
            var (name, isList) =
                (part.Replace("[]", "", StringComparison.Ordinal), part.EndsWith("[]", StringComparison.Ordinal));
            var inner = new JsonObject();
            node[name] = isList ? new JsonArray(inner) : inner;
            node = inner;
        }

        node[parts[^1].Replace("[]", "", StringComparison.Ordinal)] =
            parts[^1].EndsWith("[]", StringComparison.Ordinal) ? new JsonArray(value) : value;
        var message = Should.Throw<CliException>(
            () => TrialManifest.Read(document.ToJsonString(), "up.yaml", "oms"), path).Message;
        foreach (var inner in new[] { "System.", "Drydock.", ".NET", "JSON", "Exception" })
        {
            message.ShouldNotContain(inner);
        }

        return message;
    }

    private static string Shown(string path) => path.Replace("[]", "[0]", StringComparison.Ordinal);

    // Every field below a schema; of a list or a mapping, those of its entries.
    private static IEnumerable<(string Path, JsonNode Schema)> Fields(JsonNode schema, string path) =>
        schema["items"] is { } items ? Fields(items, $"{path}[]")
        : schema["additionalProperties"] is JsonObject entry ? Fields(entry, $"{path}.key")
        : (schema["properties"] as JsonObject ?? []).SelectMany(
            p => Fields(p.Value!, $"{path}.{p.Key}").Prepend(($"{path}.{p.Key}", p.Value!)));
}
