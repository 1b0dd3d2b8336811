using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Drydock.Lab.Accidents;

/// <summary>The status of an upgrade, or the whole of etcd, is older than the world.</summary>
internal static class StatusAccidents
{
    private const string Group = "/apis/drydock.dev/v1alpha1";

    private static readonly string[] Upgrades = ["omsupgrades", "databaserollingupgrades"];

    // What a run makes besides its own object.
    private static readonly string[] Made =
        [$"{Group}/*/backupsnapshots", $"{Group}/*/snapshotrestores", "/api/v1/*/configmaps", "/api/v1/*/secrets"];

    public static IReadOnlyList<SharedAccident> All { get; } =
    [
        new SharedAccident("status-put-back", AccidentKind.Kubernetes, (scene, token) => PutBackAsync(
            scene, isEtcd: false, isGitLater: false, token))
        {
            Changes = IsOfNew
        },
        new SharedAccident("etcd-restored", AccidentKind.Kubernetes, (scene, token) => PutBackAsync(
            scene, isEtcd: true, isGitLater: false, token))
        {
            Changes = IsOfNew
        },
        new SharedAccident("etcd-restored-git-later", AccidentKind.Kubernetes, (scene, token) => PutBackAsync(
            scene, isEtcd: true, isGitLater: true, token))
        {
            Changes = IsOfNew
        },
    ];

    // A rollback leaves the new container as it is, also if it was never started.
    private static bool IsOfNew(string what) => what.Contains("IS_UPGRADE=true", StringComparison.Ordinal);

    // etcd still has the revisions of the last minutes, so the older status is one that really was. A restored etcd
    // lacks what was created since; its objects go without their finalizers. What people wrote into the object since
    // comes again from Git: before the operator runs, or once it has the older object.
    private static async Task PutBackAsync(
        OperatorScene scene, bool isEtcd, bool isGitLater, CancellationToken cancellationToken)
    {
        await Task.WhenAll(scene.Operator.Operators.Select(x => x.KillAsync()));
        using var http = scene.Operator.ControlPlane.CreateHttpClient();
        var (path, now) = await UpgradeAsync(http, scene.Space, cancellationToken);
        var (revision, then) = await OldestOfPlanAsync(http, path, now, cancellationToken);
        if (isEtcd)
        {
            foreach (var kind in Made.Select(
                kind => kind.Replace("*", $"namespaces/{scene.Space}", StringComparison.Ordinal)))
            {
                await ForgetAsync(http, kind, revision, cancellationToken);
            }
        }

        var git = Wish(now, then);
        now["status"] = then["status"]!.DeepClone();
        await SendAsync(http, HttpMethod.Put, $"{path}/{Name(now)}/status", now, cancellationToken);
        if (isGitLater)
        {
            await SendAsync(http, HttpMethod.Patch, $"{path}/{Name(now)}", Wish(then, now), cancellationToken);
        }

        await scene.Operator.StartOperator(scene.Operator.LastOptions).WaitUntilReadyAsync(cancellationToken);
        if (isGitLater)
        {
            await SendAsync(http, HttpMethod.Patch, $"{path}/{Name(now)}", git, cancellationToken);
        }
    }

    // A merge patch that gives an object the spec and annotations of another state of it.
    private static JsonObject Wish(JsonNode wanted, JsonNode from) => new()
    {
        ["spec"] = Merge(wanted["spec"], from["spec"]),
        ["metadata"] = new JsonObject
        {
            ["annotations"] = Merge(wanted["metadata"]!["annotations"], from["metadata"]!["annotations"])
        },
    };

    private static JsonObject Merge(JsonNode? wanted, JsonNode? from)
    {
        var patch = (JsonObject?)wanted?.DeepClone() ?? [];
        foreach (var gone in (from as JsonObject ?? []).Select(x => x.Key)
            .Where(key => !patch.ContainsKey(key)).ToList())
        {
            patch[gone] = null;
        }

        return patch;
    }

    private static async Task<(string Path, JsonNode Upgrade)> UpgradeAsync(
        HttpClient http, string space, CancellationToken cancellationToken)
    {
        foreach (var path in Upgrades.Select(kind => $"{Group}/namespaces/{space}/{kind}"))
        {
            if ((await ItemsAsync(http, path, null, cancellationToken)).SingleOrDefault() is { } upgrade)
            {
                return (path, upgrade);
            }
        }

        throw new LabException($"There is no upgrade in {space}.");
    }

    // The first status of the present plan, forward or rollback, that knows of a step.
    private static async Task<(long Revision, JsonNode Then)> OldestOfPlanAsync(
        HttpClient http, string path, JsonNode now, CancellationToken cancellationToken)
    {
        var (without, with, found) = (0L, Revision(now), now);
        while (with - without > 1)
        {
            var middle = without + ((with - without) / 2);
            var then = (await ItemsAsync(http, path, middle, cancellationToken)).SingleOrDefault(
                x => Name(x) == Name(now));
            if (then is not null && Plan(then) == Plan(now) && HasBegun(then))
            {
                (with, found) = (middle, then);
            }
            else
            {
                without = middle;
            }
        }

        return (with, found);
    }

    private static async Task ForgetAsync(
        HttpClient http, string path, long revision, CancellationToken cancellationToken)
    {
        var before = (await ItemsAsync(http, path, revision, cancellationToken)).Select(Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var made in (await ItemsAsync(http, path, null, cancellationToken)).Where(
            x => !before.Contains(Name(x))))
        {
            if (made["metadata"]!["finalizers"] is not null)
            {
                made["metadata"]!.AsObject().Remove("finalizers");
                await SendAsync(http, HttpMethod.Put, $"{path}/{Name(made)}", made, cancellationToken);
            }

            await SendAsync(http, HttpMethod.Delete, $"{path}/{Name(made)}", null, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<JsonNode>> ItemsAsync(
        HttpClient http, string path, long? revision, CancellationToken cancellationToken)
    {
        var at = revision is null
            ? ""
            : FormattableString.Invariant($"?resourceVersion={revision}&resourceVersionMatch=Exact");
        using var response = await http.GetAsync(new Uri(path + at, UriKind.Relative), cancellationToken);
        if (response.StatusCode == HttpStatusCode.Gone)
        {
            return []; // Compacted.
        }

        response.EnsureSuccessStatusCode();
        return [.. (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["items"]!.AsArray()
            .Select(x => x!)];
    }

    private static async Task SendAsync(
        HttpClient http, HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null
            : JsonContent.Create(body, new MediaTypeHeaderValue(
                method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json"));
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new LabException($"{method} {path}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private static string Name(JsonNode x) => x["metadata"]!["name"]!.GetValue<string>();

    private static long Revision(JsonNode x) => long.Parse(
        x["metadata"]!["resourceVersion"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);

    private static bool HasBegun(JsonNode x) =>
        Steps(x, "Rollback") ?? Steps(x, "Upgrade") ?? false;

    private static bool? Steps(JsonNode x, string plan) =>
        x.Plan(plan)?["steps"]?.AsArray().Any(step => step?["startedAt"] is not null);

    // A rollback has a plan of its own, and the hash of the first one.
    private static string Plan(JsonNode x) =>
        $"{PackedPlans.Head(x, "Upgrade")?["hash"]} {PackedPlans.Head(x, "Rollback") is not null}";
}
