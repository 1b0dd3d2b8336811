using System.Net.Http.Headers;
using Drydock.Crds;
using Drydock.Crds.Plans;

namespace Drydock.Tests.Integration.Plugin;

/// <summary>An OmsUpgrade on a real API server whose status says that it waits before StopOld.</summary>
internal static class HeldUpgrade
{
    private const string Message =
        "Held before StopOld/oms-a: approve StopOld, or remove 'StopOld' from spec.holdBefore.";

    /// <summary>The hash of its plan.</summary>
    public static string Hash { get; } = Plan().Deserialize(CrdsJsonContext.Default.StoredPlan)!.AsRun().Hash;

    /// <summary>What approves the hold before StopOld.</summary>
    public static string Approval { get; } = $"StopOld@{Word.Prefix(Hash)}.1";

    /// <summary>Creates it.</summary>
    public static async Task CreateAsync(
        ControlPlane server, string space, string name, CancellationToken cancellationToken)
    {
        var manifest = Manifests.Upgrade(name);
        manifest["metadata"]!["namespace"] = space;
        await server.KubectlAsync(
            ["create", "--validate=false", "-f", "-"], manifest.ToJsonString(), cancellationToken: cancellationToken);
        await WriteAsync(server, space, name, Status(), cancellationToken);
    }

    /// <summary>Lets its status say that it succeeded.</summary>
    public static Task EndAsync(ControlPlane server, string space, string name, CancellationToken cancellationToken) =>
        WriteAsync(
            server,
            space,
            name,
            new JsonObject
            {
                ["phase"] = "Succeeded",
                ["message"] = "All 2 steps succeeded.",
                ["holds"] = null,
                ["conditions"] = Conditions(("Ready", "True"), ("Succeeded", "True"), ("Reconciling", "False")),
            },
            cancellationToken);

    private static JsonObject Plan() => new()
    {
        ["number"] = 1,
        ["steps"] = new JsonArray(
            new JsonObject
            {
                ["id"] = "StopOld/oms-a",
                ["action"] = "StopContainer",
                ["node"] = "oms-a",
                ["outputRef"] = "held-output"
            },
            new JsonObject { ["id"] = "Verify/hosts", ["action"] = "VerifyHosts" }),
    };

    private static JsonObject Status() => new()
    {
        ["observedGeneration"] = 1,
        ["phase"] = "StopOld",
        ["message"] = Message,
        ["plan"] = Plan(),
        ["holds"] = new JsonArray(new JsonObject
        {
            ["name"] = "StopOld",
            ["approval"] = Approval,
            ["consent"] = "OMS goes down, until the upgrade or a rollback ends. For how long is not known."
        }),
        ["conditions"] = Conditions(("Ready", "False"), ("Reconciling", "True"), ("Held", "True")),
    };

    private static JsonArray Conditions(params (string Type, string Status)[] conditions) =>
    [
        .. conditions.Select(c => new JsonObject
        {
            ["type"] = c.Type,
            ["status"] = c.Status,
            ["reason"] = "Held",
            ["message"] = Message,
            ["lastTransitionTime"] = "2026-03-01T02:00:00Z",
        }),
    ];

    private static async Task WriteAsync(
        ControlPlane server, string space, string name, JsonObject status, CancellationToken cancellationToken)
    {
        using var http = server.CreateHttpClient();
        using var body = new StringContent(
            new JsonObject { ["status"] = StoredPlans.Packed(status) }.ToJsonString(), Encoding.UTF8,
            new MediaTypeHeaderValue("application/merge-patch+json"));
        using var answer = await http.PatchAsync(
            new Uri($"/apis/drydock.dev/v1alpha1/namespaces/{space}/omsupgrades/{name}/status", UriKind.Relative), body,
            cancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
