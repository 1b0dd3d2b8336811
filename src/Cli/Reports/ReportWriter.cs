using System.IO.Compression;
using Drydock.Cli.Diagnosis;
using Drydock.Crds.SnapshotRestores;
using k8s;
using k8s.Autorest;
using KubernetesJson = k8s.KubernetesJson;
using V1PodList = k8s.Models.V1PodList;

namespace Drydock.Cli.Reports;

/// <summary>Collects what a supporter needs to understand a run, as a zip. It reads no Secret, and leaves out what
/// people write a password into (values of variables, the manifest as it was applied) and what is about other
/// namespaces. What is missing is named in <c>missing.txt</c>.</summary>
/// <param name="wholeLog">Whether lines of the log about other namespaces are kept.</param>
internal sealed class ReportWriter(
    Invocation invocation,
    IKubernetes server,
    Run run,
    string operatorNamespace,
    bool wholeLog,
    CancellationToken cancellationToken)
{
    private const int LogLines = 20_000;

    // A pod may have others, for instance of a service mesh.
    private const string OperatorContainer = "operator";

    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string NamespaceField = "\"namespace\":\"";
    private readonly List<string> _missing = [];

    public async Task WriteAsync(Stream stream, DateTimeOffset now)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "status.txt", Status(now));
        var space = run.Metadata.Namespace!;
        var label = $"{Labels.UpgradeUid}={run.Metadata.Uid}";
        await PartAsync(zip, $"{run.Kind.Singular}.json", limit => server.CustomObjects.GetNamespacedCustomObjectAsync(
            ApiGroup.Name, ApiGroup.V1Alpha1, space, run.Kind.Plural, run.Metadata.Name, limit));
        Add(zip, "plans.json", WithoutValues(run.UnpackedPlans)!.ToJsonString());
        if (run.UnpackedInventory is { } inventory)
        {
            Add(zip, "inventory.json", WithoutValues(inventory)!.ToJsonString());
        }

        foreach (var plural in new[] { BackupSnapshot.Plural, SnapshotRestore.Plural })
        {
            await PartAsync(zip, $"{plural}.json", limit => server.CustomObjects.ListNamespacedCustomObjectAsync(
                ApiGroup.Name,
                ApiGroup.V1Alpha1,
                space,
                plural,
                labelSelector: label,
                cancellationToken: limit));
        }

        await PartAsync(zip, "configmaps.json", async limit => await server.CoreV1.ListNamespacedConfigMapAsync(
            space, labelSelector: label, cancellationToken: limit));
        await PartAsync(zip, "events.json", async limit => await server.CoreV1.ListNamespacedEventAsync(
            space, fieldSelector: $"involvedObject.uid={run.Metadata.Uid}", cancellationToken: limit));
        await PartAsync(zip, "claims.json", async limit => (await server.CoordinationV1.ListNamespacedLeaseAsync(
            operatorNamespace, cancellationToken: limit))
            .Items?.Where(lease => lease.Spec?.HolderIdentity == run.Metadata.Uid).ToList());
        await PartAsync(zip, "crds.json", async limit => (await server.ApiextensionsV1
            .ListCustomResourceDefinitionAsync(cancellationToken: limit))
            .Items?.Where(crd => crd.Spec.Group == ApiGroup.Name).ToList());
        await PartAsync(zip, "versions.json", async limit => new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kubectl-drydock"] = typeof(ReportWriter).Assembly.GetName().Version?.ToString() ?? "",
            ["kubernetes"] = (await server.Version.GetCodeAsync(limit)).GitVersion,
        });
        await OperatorAsync(zip);
        Add(zip, "missing.txt", _missing.Count == 0 ? "Nothing is missing.\n" : string.Join('\n', _missing) + "\n");
    }

    private async Task OperatorAsync(ZipArchive zip)
    {
        var pods = new V1PodList { Items = [] };
        await PartAsync(zip, "operator/pods.json", async limit => pods = await server.CoreV1.ListNamespacedPodAsync(
            operatorNamespace, labelSelector: Installation.OperatorPods, cancellationToken: limit));
        foreach (var name in (pods.Items ?? []).Select(p => p.Metadata.Name))
        {
            await LogAsync(zip, $"operator/{name}.log", name, isPrevious: false);
            await LogAsync(zip, $"operator/{name}.previous.log", name, isPrevious: true);
        }
    }

    private Task LogAsync(ZipArchive zip, string file, string pod, bool isPrevious) =>
        PartAsync(file, async limit =>
        {
            try
            {
                await using var log = await server.CoreV1.ReadNamespacedPodLogAsync(
                    pod,
                    operatorNamespace,
                    container: OperatorContainer,
                    previous: isPrevious,
                    tailLines: LogLines,
                    cancellationToken: limit);
                using var reader = new StreamReader(log);
                Add(zip, file, Own(file, await reader.ReadToEndAsync(limit)));
            }
            catch (HttpOperationException absent)
                when (isPrevious && absent.Response.StatusCode == HttpStatusCode.BadRequest)
            {
                // The container has never been restarted.
            }
        });

    // A line about another object has its namespace as a field.
    private string Own(string file, string log)
    {
        if (wholeLog)
        {
            return log;
        }

        var own = $"{NamespaceField}{run.Metadata.Namespace}\"";
        var lines = log.Split('\n');
        var kept = lines.Where(line => !line.Contains(NamespaceField, StringComparison.Ordinal)
            || line.Contains(own, StringComparison.Ordinal)).ToList();
        if (kept.Count < lines.Length)
        {
            var cut = Sentences.Count(lines.Length - kept.Count, "line", "lines");
            _missing.Add($"{file}: {cut} about other namespaces. --whole-log keeps them.");
        }

        return string.Join('\n', kept);
    }

    // People write passwords into variables, for instance into that of a proxy.
    private static JsonNode? WithoutValues(JsonNode? node)
    {
        var fields = node as JsonObject ?? [];
        (fields["annotations"] as JsonObject)?.Remove(LastApplied);
        foreach (var variable in (fields["env"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (variable.ContainsKey("value"))
            {
                variable["value"] = "(not shown)";
            }
        }

        foreach (var part in fields.Select(field => field.Value).Concat(node as JsonArray ?? []))
        {
            WithoutValues(part);
        }

        return node;
    }

    private string Status(DateTimeOffset now)
    {
        using var text = new StringWriter();
        new Surroundings { Output = text, IsTerminal = false, UsesColor = false }.CreateConsole(wraps: false)
            .MarkupLines(new StatusText(isWide: true).Lines(RunViewBuilder.BuildWithOffers(run, now)));
        return text.ToString();
    }

    private Task PartAsync<T>(ZipArchive zip, string file, Func<CancellationToken, Task<T>> read) =>
        PartAsync(file, async limit => Add(
            zip,
            file,
            WithoutValues(JsonNode.Parse(KubernetesJson.Serialize(await read(limit))))?.ToJsonString() ?? ""));

    // A part that cannot be read does not prevent the others.
    private async Task PartAsync(string file, Func<CancellationToken, Task> write)
    {
        try
        {
            await invocation.LookAsync(write, cancellationToken);
        }
        catch (Exception lost) when (lost is IOException || Failures.IsShown(lost))
        {
            _missing.Add($"{file}: {Failures.Explain(lost)}");
        }
    }

    private static void Add(ZipArchive zip, string file, string text)
    {
        using var entry = zip.CreateEntry(file).Open();
        entry.Write(Encoding.UTF8.GetBytes(text));
    }
}
