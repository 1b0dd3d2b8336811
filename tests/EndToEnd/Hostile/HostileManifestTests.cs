using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using FsCheck.Fluent;

namespace Drydock.Tests.EndToEnd.Hostile;

/// <summary>
/// Random and hostile manifests against a real API server and the operator as a process: the server refuses a manifest
/// with a reason, or the operator answers it with a reason or a plan. The operator never throws and never restarts. Its
/// network reaches the API server and nothing else.
/// </summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class HostileManifestTests
{
    private const int Batch = 500;

    // make hostile sends ten thousand.
    private static readonly int Count = int.Parse(
        Environment.GetEnvironmentVariable("HOSTILE_MANIFESTS") ?? "1000", CultureInfo.InvariantCulture);
    private static readonly string[] Kinds =
        [OmsUpgrade.KindName, DatabaseRollingUpgrade.KindName, BackupSnapshot.KindName, SnapshotRestore.KindName];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operator_survives_hostile_manifests_and_answers_each()
    {
        await using var run = await LabRun.StartAsync(cancellationToken: Token);
        await using var plane = await ControlPlane.StartAsync(run, cancellationToken: Token);
        var stage = await OperatorStage.InstallAsync(
            run, plane, null, Repository.Root, Repository.OperatorAssembly, cancellationToken: Token);
        var network = await run.AddNamespaceAsync("operator", Token);
        await Shell.RunAsync("ip", ["-n", network.KernelName, "route", "del", "default"], cancellationToken: Token);
        await using var op = stage.StartOperator(
            new LabOperatorOptions { Network = network, LogLevel = "Information" });
        await op.WaitUntilReadyAsync(Token);
        using var http = plane.CreateHttpClient();
        var schemas = await SchemasAsync(http);
        var space = await stage.NewNamespaceAsync("hostile");
        await PlantSecretsAsync(stage, space);
        var (refused, answered) = (0, 0);

        var manifests = HostileManifest.Any(schemas, space).Sample(Count).Chunk(Batch);
        foreach (var batch in manifests)
        {
            var accepted = await SendAsync(http, space, batch);
            refused += batch.Length - accepted.Count;
            answered += accepted.Count;
            await AllAnsweredAsync(http, space, accepted, op);
            await RemoveAsync(http, space, op);
        }

        op.Process.HasExited.ShouldBeFalse(op.Process.LogTail());
        (await op.GetAsync("/healthz", Token)).ShouldStartWith("Healthy");
        var metrics = await op.GetAsync("/metrics", Token);
        metrics.Split('\n')
            .Where(line => line.StartsWith("controller_runtime_reconcile_panics_total", StringComparison.Ordinal)
                && !line.EndsWith(" 0", StringComparison.Ordinal)).ShouldBeEmpty();
        op.Log.Split('\n').Where(line => line.Contains(" ERR ", StringComparison.Ordinal)
            || line.Contains(" FTL ", StringComparison.Ordinal)).Take(5).ShouldBeEmpty();

        // Either end must be met often, or this says little.
        refused.ShouldBeGreaterThan(Count / 10);
        answered.ShouldBeGreaterThan(Count / 10);
    }

    // What the mended specs refer to is there, and is rubbish.
    private static Task PlantSecretsAsync(OperatorStage stage, string space) => stage.ApplySecretsAsync(space,
    [
        .. new[] { "ssh", "tls", "db", "age", "engines" }.Select((
            name, i) => new StageSecret(name, "Opaque", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["username"] = "root\u0000", ["password"] = new string('p', 10_000 * i),
            ["ca.crt"] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", ["tls.crt"] = "x",
            ["tls.key"] = "y", ["id_rsa"] = "z", ["ssh-privatekey"] = "not a key", ["known_hosts"] = "* ssh-rsa AAAA",
            ["identity"] = "AGE-SECRET-KEY-1", ["accessKey"] = "a", ["secretKey"] = "b",
        })),
    ]);

    private static async Task<Dictionary<string, JsonObject>> SchemasAsync(HttpClient http)
    {
        var schemas = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var kind in Kinds)
        {
            var crd = JsonNode.Parse(await http.GetStringAsync(
                new Uri(
                    $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{kind.ToLowerInvariant()}s.drydock.dev",
                    UriKind.Relative),
                Token))!;
            schemas[kind] =
                crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!.AsObject();
        }

        return schemas;
    }

    // What the server refuses must say why; what it takes is returned.
    private static async Task<IReadOnlyCollection<HostileManifest>> SendAsync(
        HttpClient http, string space, IEnumerable<HostileManifest> batch)
    {
        var accepted = new ConcurrentBag<HostileManifest>();
        await Parallel.ForEachAsync(
            batch, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token },
            async (manifest, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(
                    $"/apis/drydock.dev/v1alpha1/namespaces/{space}/{manifest.Plural}", UriKind.Relative))
                {
                    Content = new ByteArrayContent(Encoding.UTF8.GetBytes(manifest.Text))
                    {
                        Headers = { ContentType = new MediaTypeHeaderValue("application/json") }
                    },
                };
                using var response = await http.SendAsync(request, token);
                var body = await response.Content.ReadAsStringAsync(token);
                if (response.StatusCode == HttpStatusCode.Created)
                {
                    accepted.Add(manifest);
                    return;
                }

                ((int)response.StatusCode).ShouldBeInRange(400, 499, body);
                (JsonNode.Parse(body)!["message"]?.GetValue<string>().Length ?? 0).ShouldBeGreaterThan(10, body);
            });
        return accepted;
    }

    private static async Task AllAnsweredAsync(
        HttpClient http, string space, IReadOnlyCollection<HostileManifest> accepted, LabOperator op)
    {
        var waiting = accepted.ToDictionary(static m => (m.Plural, m.Name));
        string? example = null;
        try
        {
            await Deadline.UntilAsync(
                "every manifest to be answered",
                async token =>
                {
                    example = null;
                    foreach (var plural in waiting.Keys.Select(w => w.Plural).Distinct(StringComparer.Ordinal).ToList())
                    {
                        var all = await ListAsync(http, space, plural, token);
                        foreach (var found in all)
                        {
                            if (IsAnswered(found) && waiting.Remove((plural, NameOf(found))))
                            {
                                SaysWhy(found);
                            }
                            else if (waiting.ContainsKey((plural, NameOf(found))))
                            {
                                example = found.ToJsonString();
                            }
                        }

                        var names = all.Select(NameOf).ToHashSet(StringComparer.Ordinal);
                        foreach (var gone in waiting.Values.Where(
                            w => w.IsOrphan && w.Plural == plural && !names.Contains(w.Name)).ToList())
                        {
                            waiting.Remove((plural, gone.Name));
                        }
                    }

                    return waiting.Count == 0;
                },
                Patience,
                () => op.Process.HasExited ? $"the operator ended: {op.Process.LogTail()}" : null,
                Token);
        }
        catch (LabException exception)
        {
            throw new LabException(
                $"{exception.Message} {waiting.Count} are left, such as {waiting.Keys.First()}: {example}", exception);
        }
    }

    private static bool IsAnswered(JsonNode found) =>
        found["status"] is JsonObject status
        && status["observedGeneration"]?.GetValue<long>() == found["metadata"]!["generation"]!.GetValue<long>()
        && (found["status"]!["conditions"]?.AsArray() ?? []).Any(c => c!["status"]!.GetValue<string>() == "True");

    // A refusal of the spec names its field; every answer has a sentence.
    private static void SaysWhy(JsonNode found)
    {
        var status = found["status"]!;
        var told = found.ToJsonString();
        (status["message"]?.GetValue<string>() ?? "").Length.ShouldBeGreaterThan(5, told);
        foreach (var finding in status["findings"]?.AsArray() ?? [])
        {
            (finding!["message"]?.GetValue<string>() ?? "").Length.ShouldBeGreaterThan(10, told);
            if (finding["reason"]!.GetValue<string>() == "InvalidSpec")
            {
                (finding["field"]?.GetValue<string>() ?? "").ShouldStartWith("spec", customMessage: told);
            }
        }
    }

    private static async Task RemoveAsync(HttpClient http, string space, LabOperator op)
    {
        foreach (var plural in Kinds.Select(kind => $"{kind.ToLowerInvariant()}s"))
        {
            using var answer = await http.DeleteAsync(
                new Uri($"/apis/drydock.dev/v1alpha1/namespaces/{space}/{plural}", UriKind.Relative), Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        string? left = null;
        try
        {
            await Deadline.UntilAsync(
                "all objects to be gone",
                async token =>
                {
                    left = null;
                    foreach (var plural in Kinds.Select(kind => $"{kind.ToLowerInvariant()}s"))
                    {
                        foreach (var found in await ListAsync(http, space, plural, token))
                        {
                            // Files that are to be deleted and cannot be reached are waited for; an administrator takes
                            // the finalizer away.
                            left = found.ToJsonString();
                            using var none = new StringContent(
                                "{\"metadata\":{\"finalizers\":null}}", Encoding.UTF8, "application/merge-patch+json");
                            using var answer = await http.PatchAsync(
                                new Uri(
                                    $"/apis/drydock.dev/v1alpha1/namespaces/{space}/{plural}/{NameOf(found)}",
                                    UriKind.Relative),
                                none, token);
                        }
                    }

                    return left is null;
                },
                Patience,
                () => op.Process.HasExited ? $"the operator ended: {op.Process.LogTail()}" : null,
                Token);
        }
        catch (LabException exception)
        {
            throw new LabException(
                string.Create(CultureInfo.InvariantCulture, $"{exception.Message} Left: {left}"), exception);
        }
    }

    private static async Task<IReadOnlyList<JsonNode>> ListAsync(
        HttpClient http, string space, string plural, CancellationToken token)
    {
        var list = JsonNode.Parse(await http.GetStringAsync(
            new Uri($"/apis/drydock.dev/v1alpha1/namespaces/{space}/{plural}", UriKind.Relative), token))!;
        return [.. list["items"]!.AsArray().Select(item => item!)];
    }

    private static string NameOf(JsonNode found) => found["metadata"]!["name"]!.GetValue<string>();
}
