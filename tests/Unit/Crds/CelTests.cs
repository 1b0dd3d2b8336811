using Cel;

namespace Drydock.Tests.Unit.Crds;

/// <summary>
/// Every rule of the CRDs is CEL. What the rules decide is tried on a current API server (SpecRulesTests,
/// TransitionRulesTests).
/// </summary>
public sealed class CelTests
{
    [Fact]
    public void Every_rule_of_the_definitions_compiles()
    {
        var rules = Directory.EnumerateFiles(Repository.PathOf("config", "crd"), "drydock.dev_*.yaml")
            .SelectMany(path => Rules(YamlToJson.ReadAll(path).Single()))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        rules.Count.ShouldBeGreaterThan(200);
        rules.Select(Error).OfType<string>().ShouldBeEmpty();
        Error("self.a ==").ShouldNotBeNull();
    }

    private static string? Error(string rule)
    {
        var environment = new CelEnvironment(null, "");

        // Functions of Kubernetes that the package does not have.
        environment.RegisterFunction("split", [typeof(string), typeof(string)], _ => null);
        environment.RegisterFunction("replace", [typeof(string), typeof(string), typeof(string)], _ => null);
        environment.RegisterFunction("lowerAscii", [typeof(string)], _ => null);
        try
        {
            environment.Compile(rule);
            return null;
        }
        catch (Exception exception)
        {
            return $"{rule}: {exception.Message}";
        }
    }

    private static IEnumerable<string> Rules(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => entry is { Key: "x-kubernetes-validations", Value: JsonArray rules }
            ? rules.Select(rule => rule!["rule"]!.GetValue<string>())
            : Rules(entry.Value)),
        JsonArray list => list.SelectMany(Rules),
        _ => [],
    };
}
