using System.Net.Http.Json;

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>One right of a shipped role.</summary>
/// <param name="Role">Kind and name of the role.</param>
/// <param name="Group">API group.</param>
/// <param name="Resource">Plural resource name with subresource.</param>
/// <param name="Verb">The verb.</param>
/// <param name="Name">The only object it is for; empty for all.</param>
public sealed record Right(string Role, string Group, string Resource, string Verb, string Name)
{
    /// <summary>Whether this right permits a request, apart from its namespace.</summary>
    public bool Permits(AuditedRequest request) =>
        (request.Group, request.Resource, request.Verb) == (Group, Resource, Verb)
            && (Name.Length == 0 || request.Name == Name);
}

/// <summary>
/// The shipped roles of the operator, as the API server has them, and what it says of requests when one right is
/// missing.
/// <para> The method: a real run under the shipped roles, whose every request the API server itself writes into its
/// audit log. Then, for each right of the roles, a user is made who has all of them but that one, and the API server is
/// asked (SubjectAccessReview) whether a request from the log that needs the right would be permitted to that user. It
/// must not be: then without the right the recorded run would have been answered 403 at that request. A right that no
/// request of the log needs is not needed.
/// </para>
/// </summary>
/// <param name="controlPlane">The API server.</param>
public sealed class RoleBook(ControlPlane controlPlane) : IDisposable
{
    /// <summary>The resource that only rolling upgrades of databases need.</summary>
    public const string DatabaseUpgrades = "databaserollingupgrades";

    private const string OperatorNamespace = "drydock-system";

    private readonly HttpClient _http = controlPlane.CreateHttpClient();
    private readonly List<JsonObject> _roles = [];

    /// <summary>All rights, one by one.</summary>
    public IReadOnlyList<Right> Rights => [.. _roles.SelectMany(Of)];

    /// <summary>Fails unless the requests needed each of these rights, and were permitted everything.</summary>
    public static async Task AssertNeededAsync(
        ControlPlane controlPlane, IReadOnlyList<AuditedRequest> recorded, Func<Right, bool> which,
        CancellationToken cancellationToken)
    {
        using var book = new RoleBook(controlPlane);
        await book.ReadAsync(cancellationToken);
        var rights = book.Rights.Where(which).ToList();
        var everything = await book.WithoutAsync(null, "has-everything", cancellationToken);

        recorded.Where(r => r.Code == 403)
            .ShouldBeEmpty("the operator asked for something that the shipped roles do not permit");
        rights.Where(right => !recorded.Any(right.Permits)).ShouldBeEmpty("no request needs these rights");
        foreach (var (index, right) in rights.Index())
        {
            var needed = recorded.First(right.Permits);
            var user = await book.WithoutAsync(right, FormattableString.Invariant($"lacks-{index}"), cancellationToken);

            // The authorizer sees new roles a moment later.
            await Deadline.UntilAsync(
                $"{needed} to be permitted with all rights",
                token => book.MayAsync(everything, needed, cancellationToken: token),
                cancellationToken: cancellationToken);
            await Deadline.UntilAsync(
                $"the other rights of {user} to count",
                async token => book.Rights.Count(other => other.Role == right.Role) == 1
                    || await book.MayAsync(user, recorded.First(
                        r => book.Rights.Any(other => other != right && other.Role == right.Role && other.Permits(r))
                            && !right.Permits(r)), cancellationToken: token),
                cancellationToken: cancellationToken);
            (await book.MayAsync(user, needed, cancellationToken: cancellationToken))
                .ShouldBeFalse($"{right} was removed and {needed} is permitted");
        }
    }

    /// <summary>Reads the roles.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        const string Api = "/apis/rbac.authorization.k8s.io/v1";
        foreach (var path in new[]
        {
            "/clusterroles/drydock-operator", "/clusterroles/drydock-operator-cluster",
            $"/namespaces/{OperatorNamespace}/roles/drydock-operator-leases",
        })
        {
            _roles.Add(JsonNode.Parse(
                await _http.GetStringAsync(new Uri(Api + path, UriKind.Relative), cancellationToken))!.AsObject());
        }
    }

    /// <summary>Makes a user who has all rights but one, as the operator has them.</summary>
    /// <returns>The user.</returns>
    public async Task<string> WithoutAsync(Right? missing, string user, CancellationToken cancellationToken)
    {
        foreach (var role in _roles)
        {
            var kind = role["kind"]!.GetValue<string>();
            var space = role["metadata"]!["namespace"]?.GetValue<string>();
            var name = $"{user}-{role["metadata"]!["name"]}";
            var collection = $"/apis/rbac.authorization.k8s.io/v1/{(space is null ? "" : $"namespaces/{space}/")}";
            var rules = new JsonArray([.. Of(role).Where(r => r != missing).Select(Rule)]);
            await PostAsync(
                $"{collection}{kind.ToLowerInvariant()}s",
                Meta(kind, name, space, new JsonObject { ["rules"] = rules }), cancellationToken);
            await PostAsync($"{collection}{kind.ToLowerInvariant()}bindings", Meta(kind
                + "Binding", name, space, new JsonObject
                {
                    ["roleRef"] =
                    new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = kind, ["name"] = name },
                    ["subjects"] = new JsonArray(
                    new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = user }),
                }), cancellationToken);
        }

        return user;
    }

    /// <summary>Asks the API server whether a user's request would be permitted.</summary>
    /// <param name="user">The user.</param>
    /// <param name="request">The request.</param>
    /// <param name="groups">The user's groups.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<bool> MayAsync(
        string user,
        AuditedRequest request,
        IEnumerable<string>? groups = null,
        CancellationToken cancellationToken = default)
    {
        var resource = request.Resource.Split('/', 2);
        var answer = await PostAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews", new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = user,
                ["groups"] = new JsonArray([.. (groups ?? []).Select(g => (JsonNode)g)]),
                ["resourceAttributes"] = new JsonObject
                {
                    ["group"] = request.Group,
                    ["resource"] = resource[0],
                    ["subresource"] = resource.Length > 1 ? resource[1] : "",
                    ["verb"] = request.Verb,
                    ["namespace"] = request.Namespace,
                    ["name"] = request.Name,
                },
            },
        }, cancellationToken);
        return answer["status"]!["allowed"]!.GetValue<bool>();
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static IEnumerable<Right> Of(JsonObject role) =>
        from rule in role["rules"]!.AsArray()
        from name in rule!["resourceNames"] is JsonArray names ? Texts(names) : [""]
        from resource in Texts(rule["resources"]!.AsArray())
        from verb in Texts(rule["verbs"]!.AsArray())
        select new Right(
            $"{role["kind"]} {role["metadata"]!["name"]}", Texts(rule["apiGroups"]!.AsArray()).Single(), resource, verb,
            name);

    private static IEnumerable<string> Texts(JsonArray array) => array.Select(item => item!.GetValue<string>());

    private static JsonNode Rule(Right right)
    {
        var rule = new JsonObject
        {
            ["apiGroups"] = new JsonArray(right.Group),
            ["resources"] = new JsonArray(right.Resource),
            ["verbs"] = new JsonArray(right.Verb),
        };
        if (right.Name.Length > 0)
        {
            rule["resourceNames"] = new JsonArray(right.Name);
        }

        return rule;
    }

    private static JsonObject Meta(string kind, string name, string? space, JsonObject rest)
    {
        rest["apiVersion"] = "rbac.authorization.k8s.io/v1";
        rest["kind"] = kind;
        rest["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space };
        return rest;
    }

    private async Task<JsonNode> PostAsync(string path, JsonNode body, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new LabException($"POST {path} was answered {(int)answer.StatusCode}: {text}");
    }
}
