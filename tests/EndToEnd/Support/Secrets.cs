namespace Drydock.Tests.EndToEnd.Support;

/// <summary>Secrets beside those that every upgrade of the stage has.</summary>
public static class Secrets
{
    /// <summary>Creates or replaces one.</summary>
    public static Task SecretAsync(
        this UpgradeStage stage, string space, string name, params (string Key, string Value)[] values) =>
        stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
            ["stringData"] = new JsonObject(values.Select(x => KeyValuePair.Create(x.Key, (JsonNode?)x.Value))),
        }.ToJsonString());

    /// <summary>Applies the Secret that a manifest of <c>init</c> names, with the values of the lab.</summary>
    public static async Task DockerSecretAsync(this UpgradeStage stage, string space, DockerHost host) =>
        await stage.SecretAsync(
            space,
            "docker-tls",
            ("ca.crt", await File.ReadAllTextAsync(host.Client.AuthorityPath)),
            ("tls.crt", await File.ReadAllTextAsync(host.Client.CertificatePath)),
            ("tls.key", await File.ReadAllTextAsync(host.Client.KeyPath)));
}
