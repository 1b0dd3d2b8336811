using System.IO.Compression;
using Drydock.Crds.SnapshotRestores;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Spectre.Console;
using KubernetesJson = k8s.KubernetesJson;

namespace Drydock.Cli.Reports;

/// <summary>Collects what a supporter needs to understand a run, as a zip. It reads no Secret, so no value of one can
/// be in it. What the user may not read is named in <c>missing.txt</c>.</summary>
/// <param name="server">The API server.</param>
/// <param name="run">The run.</param>
/// <param name="operatorNamespace">Where the operator runs.</param>
internal sealed class ReportWriter(IKubernetes server, Run run, string operatorNamespace)
{
    private const int LogLines = 20_000;
    private const string OperatorPods = "app.kubernetes.io/name=drydock";

    // A pod may have others, for instance of a service mesh.
    private const string OperatorContainer = "operator";

    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private readonly List<string> _missing = [];

    public async Task WriteAsync(Stream stream, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "status.txt", Status(now));
        var space = run.Metadata.Namespace!;
        var label = $"{Labels.UpgradeUid}={run.Metadata.Uid}";
        await PartAsync(zip, $"{run.Kind.Singular}.json", () => server.CustomObjects.GetNamespacedCustomObjectAsync(
            ApiGroup.Name, ApiGroup.V1Alpha1, space, run.Kind.Plural, run.Metadata.Name, cancellationToken));
        foreach (var plural in new[] { BackupSnapshot.Plural, SnapshotRestore.Plural })
        {
            await PartAsync(zip, $"{plural}.json", () => server.CustomObjects.ListNamespacedCustomObjectAsync(
                ApiGroup.Name,
                ApiGroup.V1Alpha1,
                space,
                plural,
                labelSelector: label,
                cancellationToken: cancellationToken));
        }

        await PartAsync(zip, "configmaps.json", async () => await server.CoreV1.ListNamespacedConfigMapAsync(
            space, labelSelector: label, cancellationToken: cancellationToken));
        await PartAsync(zip, "events.json", async () => await server.CoreV1.ListNamespacedEventAsync(
            space, fieldSelector: $"involvedObject.uid={run.Metadata.Uid}", cancellationToken: cancellationToken));
        await PartAsync(zip, "claims.json", async () => await server.CoordinationV1.ListNamespacedLeaseAsync(
            operatorNamespace, cancellationToken: cancellationToken));
        await PartAsync(zip, "crds.json", async () => (await server.ApiextensionsV1
            .ListCustomResourceDefinitionAsync(cancellationToken: cancellationToken))
            .Items.Where(crd => crd.Spec.Group == ApiGroup.Name).ToList());
        await PartAsync(zip, "versions.json", async () => new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kubectl-drydock"] = typeof(ReportWriter).Assembly.GetName().Version?.ToString() ?? "",
            ["kubernetes"] = (await server.Version.GetCodeAsync(cancellationToken)).GitVersion,
        });
        await OperatorAsync(zip, cancellationToken);
        Add(zip, "missing.txt", _missing.Count == 0 ? "Nothing is missing.\n" : string.Join('\n', _missing) + "\n");
    }

    private async Task OperatorAsync(ZipArchive zip, CancellationToken cancellationToken)
    {
        var pods = new V1PodList { Items = [] };
        await PartAsync(zip, "operator/pods.json", async () => pods = WithoutValues(
            await server.CoreV1.ListNamespacedPodAsync(
                operatorNamespace, labelSelector: OperatorPods, cancellationToken: cancellationToken)));
        foreach (var name in pods.Items.Select(p => p.Metadata.Name))
        {
            await LogAsync(zip, $"operator/{name}.log", name, isPrevious: false, cancellationToken);
            await LogAsync(zip, $"operator/{name}.previous.log", name, isPrevious: true, cancellationToken);
        }
    }

    private Task LogAsync(
        ZipArchive zip, string file, string pod, bool isPrevious, CancellationToken cancellationToken) =>
        PartAsync(file, async () =>
        {
            try
            {
                await using var log = await server.CoreV1.ReadNamespacedPodLogAsync(
                    pod,
                    operatorNamespace,
                    container: OperatorContainer,
                    previous: isPrevious,
                    tailLines: LogLines,
                    cancellationToken: cancellationToken);
                using var reader = new StreamReader(log);
                Add(zip, file, await reader.ReadToEndAsync(cancellationToken));
            }
            catch (HttpOperationException absent)
                when (isPrevious && absent.Response.StatusCode == HttpStatusCode.BadRequest)
            {
                // The container has never been restarted.
                return;
            }
        });

    // A variable of the pod can be a password, for instance that of a proxy. The operator's options are arguments.
    private static V1PodList WithoutValues(V1PodList pods)
    {
        var containers = pods.Items.SelectMany(p => p.Spec.Containers.Concat(p.Spec.InitContainers ?? []));
        foreach (var variable in containers.SelectMany(c => c.Env ?? []).Where(v => v.Value is not null))
        {
            variable.Value = "(not shown)";
        }

        foreach (var pod in pods.Items)
        {
            pod.Metadata.Annotations?.Remove(LastApplied);
        }

        return pods;
    }

    private string Status(DateTimeOffset now)
    {
        using var text = new StringWriter();
        var console = Surroundings.CreatePlainConsole(text);
        foreach (var line in new StatusText(isWide: true).Lines(RunViewBuilder.BuildWithOffers(run, now)))
        {
            console.MarkupLine(line);
        }

        return text.ToString();
    }

    private Task PartAsync<T>(ZipArchive zip, string file, Func<Task<T>> read) =>
        PartAsync(file, async () => Add(zip, file, KubernetesJson.Serialize(await read())));

    // A part that cannot be read does not prevent the others.
    private async Task PartAsync(string file, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (HttpOperationException refused)
        {
            _missing.Add($"{file}: the API server answered {(int)refused.Response.StatusCode} "
                + $"{refused.Response.ReasonPhrase}.");
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException
            or OperationCanceledException { InnerException: TimeoutException })
        {
            _missing.Add($"{file}: the API server was not reached: {Sentences.Close(lost.Message)}");
        }
    }

    private static void Add(ZipArchive zip, string file, string text)
    {
        using var entry = zip.CreateEntry(file).Open();
        entry.Write(Encoding.UTF8.GetBytes(text));
    }
}
