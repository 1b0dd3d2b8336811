using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Integration.Crds;

/// <summary>A current server that enforces config/policy, and writes the audit log that docs/explanation/security.md
/// asks for.</summary>
public sealed class PolicyServer(LabFixture lab) : IAsyncLifetime
{
    public const string Approvers = "drydock-approvers";
    public const string Operator = "system:serviceaccount:drydock-system:drydock-operator";
    private const string Writers = "drydock-lab-writers";
    private static readonly string PolicyFile = Repository.PathOf("config", "policy", "policy.yaml");
    private static readonly string BindingFile = Repository.PathOf("config", "policy", "binding.yaml");
    private ModernCrdServer? _server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How many validations the policy has.</summary>
    internal static int Validations => Parts(YamlToJson.ReadAll(PolicyFile).Single()).Count;

    private ModernCrdServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        var plane = await lab.ControlPlaneAsync();
        await plane.KubectlAsync(
            ["apply", "-f", "-"],
            $$"""
            {"apiVersion":"v1","kind":"List","items":[
              {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{Writers}}"},
               "rules":[{"apiGroups":["drydock.dev"],"resources":["*"],"verbs":["*"]}]},
              {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"{{Writers}}"},
               "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{Writers}}"},
               "subjects":[
                 {"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"{{Writers}}"},
                 {"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"{{Approvers}}"}]}
            ]}
            """);
        _server = await ModernCrdServer.StartAsync(
            await lab.RunAsync(),
            plane,
            policies:
            [
                .. YamlToJson.ReadAll(PolicyFile), .. YamlToJson.ReadAll(BindingFile),
                .. Enumerable.Range(0, Validations).SelectMany(Without),
            ],
            name: "policy",
            auditPolicy: AuditPolicy());
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("config", "crd"), "drydock.dev_*.yaml"))
        {
            await Server.ApplyCrdAsync(
                $"{Path.GetFileNameWithoutExtension(file)["drydock.dev_".Length..]}.drydock.dev",
                await File.ReadAllTextAsync(file));
        }
    }

    public ValueTask DisposeAsync() => _server is null ? ValueTask.CompletedTask : _server.DisposeAsync();

    /// <summary>A user who may write the kinds.</summary>
    internal PolicyUser As(string user, string group = Writers) => new(this, user, group);

    /// <summary>What the audit log says of an object.</summary>
    internal IReadOnlyList<JsonNode> Audited(string name) =>
    [
        .. File.ReadLines(Server.AuditLog).Select(line => JsonNode.Parse(line)!)
            .Where(entry => entry["objectRef"]?["name"]?.GetValue<string>() == name),
    ];

    /// <summary>The policy without one of its validations; it only warns.</summary>
    internal static string WithoutName(int validation) =>
        string.Create(CultureInfo.InvariantCulture, $"drydock-approvals-without-{validation}");

    internal async Task<(HttpStatusCode Status, JsonObject Body, IReadOnlyList<string> Warnings)> SendAsync(
        HttpMethod method, string path, JsonObject? body, string user, string group)
    {
        using var http = Server.CreateHttpClient();
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("Impersonate-User", user);
        request.Headers.Add("Impersonate-Group", group);
        if (body is not null)
        {
            request.Content = new StringContent(
                body.ToJsonString(), Encoding.UTF8,
                method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
        }

        using var response = await http.SendAsync(request, Token);
        return (
            response.StatusCode,
            JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!.AsObject(),
            response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : []);
    }

    private static IEnumerable<JsonNode> Without(int validation)
    {
        var (policy, binding) = (YamlToJson.ReadAll(PolicyFile).Single(), YamlToJson.ReadAll(BindingFile).Single());
        Parts(policy).RemoveAt(validation);
        foreach (var (part, field) in new[]
        {
            (policy["metadata"]!, "name"), (binding["metadata"]!, "name"), (binding["spec"]!, "policyName"),
        })
        {
            part[field] = WithoutName(validation);
        }

        policy["spec"]!.AsObject().Remove("auditAnnotations");
        binding["spec"]!["validationActions"] = new JsonArray("Warn");
        return [policy, binding];
    }

    private static JsonArray Parts(JsonNode policy) => policy["spec"]!["validations"]!.AsArray();

    // The one block of the page that is an audit policy.
    private static string AuditPolicy() =>
        File.ReadAllText(Repository.PathOf("docs", "explanation", "security.md"))
            .Split("```").Single(block => block.Contains("audit.k8s.io", StringComparison.Ordinal))["yaml".Length..];
}

/// <summary>Requests of one user.</summary>
internal sealed class PolicyUser(PolicyServer server, string name, string group)
{
    public string Name => name;

    /// <summary>What the server refused; null if it did not.</summary>
    public async Task<string?> CreateAsync(JsonObject manifest, string? authors = null)
    {
        manifest = manifest.DeepClone().AsObject();
        if (authors is not null)
        {
            Notes(manifest)["drydock.dev/authors"] = authors;
        }

        return Refusal(await server.SendAsync(HttpMethod.Post, Folder(manifest), manifest, name, group));
    }

    /// <summary>Merges a change into the object.</summary>
    public async Task<string?> PatchAsync(JsonObject manifest, string change) => Refusal(await server.SendAsync(
        HttpMethod.Patch, PathOf(manifest), JsonNode.Parse(change)!.AsObject(), name, group));

    /// <summary>Sets or removes annotations.</summary>
    public Task<string?> AnnotateAsync(JsonObject manifest, params (string Name, string? Value)[] annotations) =>
        PatchAsync(manifest, new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject(annotations.Select(
                    a => KeyValuePair.Create($"drydock.dev/{a.Name}", (JsonNode?)a.Value))),
            },
        }.ToJsonString());

    /// <summary>Changes a field of the work, and names the authors if given.</summary>
    public Task<string?> ChangeAsync(JsonObject manifest, string? authors)
    {
        var change = new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["window"] = new JsonObject { ["start"] = "01:00", ["end"] = $"02:{Random.Shared.Next(10, 60)}" },
            },
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject() },
        };
        if (authors is not null)
        {
            Notes(change)["drydock.dev/authors"] = authors;
        }

        return PatchAsync(manifest, change.ToJsonString());
    }

    /// <summary>The validations without which the policy would let a request pass that it refuses. None: several of
    /// them refuse it.</summary>
    public async Task<IEnumerable<int>> RefusingAsync(HttpMethod method, JsonObject manifest, JsonObject body)
    {
        var path = method == HttpMethod.Post ? Folder(manifest) : PathOf(manifest);
        var answer = await server.SendAsync(method, path, body, name, group);
        Refusal(answer).ShouldNotBeNull();
        return Enumerable.Range(0, PolicyServer.Validations).Where(validation => !answer.Warnings.Any(
            warning => warning.Contains($"'{PolicyServer.WithoutName(validation)}'", StringComparison.Ordinal)));
    }

    public async Task<string?> WriteStatusAsync(JsonObject manifest, JsonObject status)
    {
        var (_, stored, _) = await server.SendAsync(HttpMethod.Get, PathOf(manifest), null, name, group);
        stored["status"] = status;
        return Refusal(await server.SendAsync(HttpMethod.Put, $"{PathOf(manifest)}/status", stored, name, group));
    }

    public static JsonObject Notes(JsonObject manifest) =>
        (manifest["metadata"]!["annotations"] ??= new JsonObject()).AsObject();

    private static string? Refusal((HttpStatusCode Status, JsonObject Body, IReadOnlyList<string> Warnings) answer)
    {
        if (answer.Status is HttpStatusCode.OK or HttpStatusCode.Created)
        {
            return null;
        }

        var message = answer.Body["message"]!.GetValue<string>();
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, message);
        message.ShouldContain("ValidatingAdmissionPolicy 'drydock-approvals'");
        return message;
    }

    private static string PathOf(JsonObject manifest) => $"{Folder(manifest)}/{manifest["metadata"]!["name"]}";

    private static string Folder(JsonObject manifest) =>
        $"{Manifests.Folder}/{manifest["kind"]!.GetValue<string>().ToLowerInvariant()}s";
}
