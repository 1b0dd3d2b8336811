using System.Net.Http.Headers;
using Drydock.Crds;
using Drydock.Crds.Plans;

namespace Drydock.Tests.Integration.Pages;

/// <summary>What an operator has written when a reader comes to a block of a page.</summary>
internal static class PageStatus
{
    /// <summary>The upgrade whose status the pages show, and its namespace.</summary>
    public const string Space = "migration", Name = "oms-322-to-422";

    /// <summary>Applies that upgrade; this server has no rules to validate it with.</summary>
    public const string ApplyUpgrade = $$$"""
        kubectl -n {{{Space}}} apply --validate=false -f - <<'EOF'
        apiVersion: drydock.dev/v1alpha1
        kind: OmsUpgrade
        metadata: {name: {{{Name}}}}
        spec:
          edition: Enterprise
          fromVersion: 3.2.2-bp2
          toVersion: 4.2.2-bp1
          image: registry.example/oms:feature_4.2.2
          hostIP: 192.0.2.216
          docker: {endpoint: "tcp://{hostIP}:2376", tlsSecretRef: {name: docker-tls}}
          backup:
            storage: {directory: {path: /var/lib/drydock/snapshots} }
        EOF
        """;

    // The operator has seen every change of the spec that the commands of a page make.
    private const int Seen = 99;

    /// <summary>The hash of the plan of <see cref="Planned"/>, and its first digits, as words have them.</summary>
    public static string Hash { get; } = HashOf(PlanOfTheNight());

    public static string ShortHash { get; } = Word.Prefix(Hash);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static JsonObject Held() => new()
    {
        ["observedGeneration"] = Seen,
        ["phase"] = "DisableHA",
        ["progress"] = "1/4",
        ["conditions"] = new JsonArray(
            Condition("Held", "True", "Held"), Condition("Reconciling", "True", "Held"),
            Condition("Ready", "False", "Held")),
        ["holds"] = new JsonArray(Hold("DisableHA")),
    };

    public static JsonObject Hold(string name) =>
        new() { ["name"] = name, ["approval"] = $"{name}@{ShortHash}.1", ["since"] = "2026-03-06T17:15:00Z" };

    public static JsonObject Planned() => new()
    {
        ["phase"] = "Planned",
        ["observedGeneration"] = 1,
        ["conditions"] = new JsonArray(
            Condition("Held", "True", "PlanReady"), Condition("Ready", "False", "PlanReady")),
        ["holds"] = new JsonArray(Hold("Plan")),
        ["approvals"] = new JsonArray(new JsonObject
        {
            ["word"] = $"DisableHA@{ShortHash}.1",
            ["at"] = "2026-03-06T18:00:00Z",
        }),
        ["usedTokens"] = new JsonArray(
            new JsonObject { ["kind"] = "Retry", ["token"] = $"Retry@{ShortHash}.1", ["at"] = "2026-03-06T19:00:00Z" }),
        ["plan"] = PlanOfTheNight(),
    };

    private static JsonObject PlanOfTheNight() => With(
        Plan(
            Step("StopOld/oms-a", "StopOld", "Stop oms_322 on oms-a", "Pending"),
            With(Step(
                "CorrectMetadata/oms-a/jar", "CorrectMetadata", "Run the correction JAR on oms-a (-ltrue)",
                "Pending"), new JsonObject { ["pointOfNoReturn"] = true }),
            With(
                Step("Verify/hosts", "Verify", "Wait until every host is ONLINE", "Failed"),
                new JsonObject { ["reason"] = "ComponentsUnhealthy", ["message"] = "oms-b is not ONLINE." })),
        new JsonObject { ["notes"] = new JsonArray("The metadata database is a MariaDB.") });

    /// <summary>Verify has failed.</summary>
    public static JsonObject Failed() => new()
    {
        ["observedGeneration"] = Seen,
        ["phase"] = "Failed",
        ["retryWord"] = $"Retry@{ShortHash}.1",
        ["rollback"] = new JsonObject { ["possible"] = true, ["cost"] = "3 databases are restored." },
        ["message"] = "Verify/hosts failed.",
        ["conditions"] = new JsonArray(
            Condition("Stalled", "True", "ComponentsUnhealthy"), Condition("Ready", "False", "ComponentsUnhealthy"),
            Condition("Failed", "True", "ComponentsUnhealthy")),
    };

    public static JsonObject Plan(params JsonObject[] steps) =>
        new() { ["number"] = 1, ["steps"] = new JsonArray(steps) };

    /// <summary>The first digits of the hash of a plan.</summary>
    public static string ShortOf(JsonObject plan) => Word.Prefix(HashOf(plan));

    public static JsonObject Step(string id, string phase, string title, string state) => new()
    {
        ["id"] = id,
        ["phase"] = phase,
        ["title"] = title,
        ["action"] = "Something",
        ["timeout"] = "10m",
        ["state"] = state,
        ["retry"] = "Repeat",
    };

    private static string HashOf(JsonObject plan) =>
        plan.Deserialize(CrdsJsonContext.Default.StoredPlan)!.AsRun().Hash;

    public static JsonObject Condition(string type, string status, string reason) =>
        new()
        {
            ["type"] = type,
            ["status"] = status,
            ["reason"] = reason,
            ["message"] = "",
            ["lastTransitionTime"] = "2026-03-06T18:00:00Z"
        };

    /// <summary>The first object with the fields of the second.</summary>
    public static JsonObject With(JsonObject json, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }

    /// <summary>Stores a status as the operator does.</summary>
    /// <param name="resource">Plural of the kind.</param>
    public static async Task StoreAsync(
        ControlPlane plane, string space, string resource, string name, JsonObject status)
    {
        using var http = plane.CreateHttpClient();
        using var content = new StringContent(
            new JsonObject { ["status"] = StoredPlans.Packed(status) }.ToJsonString(), Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/merge-patch+json");
        using var answer = await http.PatchAsync(
            new Uri($"/apis/drydock.dev/v1alpha1/namespaces/{space}/{resource}/{name}/status", UriKind.Relative),
            content, Token);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Token));
    }
}
