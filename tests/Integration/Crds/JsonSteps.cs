namespace Drydock.Tests.Integration.Crds;

/// <summary>Short ways into a spec.</summary>
internal static class JsonSteps
{
    public static JsonObject Node(this JsonObject spec, int index) => spec["regions"]![0]!["nodes"]![index]!.AsObject();

    public static JsonObject At(this JsonObject json, params string[] path) =>
        path.Aggregate(json, (at, name) => at[name]!.AsObject());

    public static void SetDocker(this JsonObject spec, string json) => spec.Node(0)["docker"] = JsonNode.Parse(json);
}
