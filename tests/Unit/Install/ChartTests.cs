using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Unit.Install;

/// <summary>What can be said of the chart without rendering it; it is rendered in the integration tests.</summary>
public sealed partial class ChartTests
{
    private static readonly JsonObject Values =
        YamlToJson.ReadAll(Repository.PathOf("charts", "drydock", "values.yaml")).Single().AsObject();

    [Fact]
    public void Values_schema_describes_exactly_the_values()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Repository.PathOf("charts", "drydock", "values.schema.json")))!;

        Compare(Values, schema, "");

        void Compare(JsonObject values, JsonNode described, string path)
        {
            described = described["$ref"]?.GetValue<string>() is { } reference
                ? schema["definitions"]![reference.Split('/')[^1]]!
                : described;
            if (described["properties"] is not JsonObject properties)
            {
                return;
            }

            described["additionalProperties"]!.GetValue<bool>().ShouldBeFalse(path);
            values.Select(v => v.Key)
                .ShouldBe(properties.Select(p => p.Key).Where(p => p != "global"), ignoreOrder: true, path);
            foreach (var (name, value) in values)
            {
                var kind = properties[name]!["type"] is JsonArray kinds
                    ? kinds[0]!.GetValue<string>()
                    : properties[name]!["type"]?.GetValue<string>();
                if (value is JsonObject inner)
                {
                    Compare(inner, properties[name]!, $"{path}.{name}");
                }
                else if (properties[name]!["enum"] is JsonArray allowed)
                {
                    allowed.Select(a => a!.ToJsonString()).ShouldContain(value!.ToJsonString(), $"{path}.{name}");
                }
                else
                {
                    kind.ShouldBe(
                        value!.GetValueKind() switch
                        {
                            JsonValueKind.String => "string",
                            JsonValueKind.Number => "integer",
                            JsonValueKind.Array => "array",
                            _ => "boolean"
                        },
                        $"{path}.{name}");
                }
            }
        }
    }

    [Fact]
    public void Templates_use_exactly_the_existing_values()
    {
        var used = Directory.EnumerateFiles(Repository.PathOf("charts", "drydock", "templates"))
            .SelectMany(file => Reference().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        foreach (var path in used)
        {
            JsonNode? at = Values;
            foreach (var name in path.Split('.'))
            {
                at = at!.AsObject().ContainsKey(name)
                    ? at[name]
                    : throw new ShouldAssertException($".Values.{path} is not in values.yaml");
            }
        }

        Leaves(Values, "").Where(
            leaf => !used.Exists(u => leaf == u || leaf.StartsWith(u + ".", StringComparison.Ordinal))).ShouldBeEmpty();

        static IEnumerable<string> Leaves(JsonObject node, string path) => node.SelectMany(e =>
            e.Value is JsonObject { Count: > 0 } inner ? Leaves(inner, $"{path}{e.Key}.") : [$"{path}{e.Key}"]);
    }

    [Fact]
    public void Chart_and_manifests_use_the_same_image()
    {
        var chart = YamlToJson.ReadAll(Repository.PathOf("charts", "drydock", "Chart.yaml")).Single();

        Manifest.Text(Manifest.Container, "image")
            .ShouldBe($"{Manifest.Text(Values["image"]!, "repository")}:{Manifest.Text(chart, "appVersion")}");
        File.ReadAllText(Repository.PathOf("Directory.Build.props"))
            .ShouldContain($"<Version>{Manifest.Text(chart, "appVersion")}</Version>");
    }

    [GeneratedRegex(@"\.Values\.([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)")]
    private static partial Regex Reference();
}
