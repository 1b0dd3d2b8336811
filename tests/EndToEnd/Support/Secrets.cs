using System.Text.Json.Nodes;
using Drydock.Lab.Upgrades;

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>Secrets beside those that every upgrade of the stage has.</summary>
public static class Secrets
{
    /// <summary>Creates or replaces one.</summary>
    public static Task SecretAsync(this UpgradeStage stage, string space, string name, params (string Key, string Value)[] values) => stage.ApplyAsync(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
        ["stringData"] = new JsonObject(values.Select(x => KeyValuePair.Create(x.Key, (JsonNode?)x.Value))),
    }.ToJsonString());
}
