using System.Globalization;
using System.Net;
using Drydock.Cli.CommandLine;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Drydock.Cli.Uploads;

/// <summary>The pod of the operator, in which programs of its image can be run.</summary>
/// <param name="server">The API server.</param>
/// <param name="space">The namespace of the operator.</param>
/// <param name="pod">The pod.</param>
internal sealed class OperatorPod(IKubernetes server, string space, V1Pod pod)
{
    /// <summary>The container of the operator; a pod may have others, for instance of a service mesh.</summary>
    public const string Container = "operator";

    /// <summary>Label selector of the operator's pods.</summary>
    public const string Selector = "app.kubernetes.io/name=drydock";

    /// <summary>Namespace and name.</summary>
    public string FullName => $"{space}/{pod.Metadata.Name}";

    /// <summary>The command line of the operator.</summary>
    public IReadOnlyList<string> Arguments { get; } =
        [.. pod.Spec.Containers
            .Where(c => c.Name == Container)
            .SelectMany(c => (c.Command ?? []).Concat(c.Args ?? []))];

    /// <summary>Finds a running pod of the operator.</summary>
    /// <exception cref="OperatorAbsentException">None runs, for instance while it is replaced.</exception>
    /// <exception cref="CliException">The user has no right to look.</exception>
    public static async Task<OperatorPod> FindAsync(
        IKubernetes server, string space, CancellationToken cancellationToken)
    {
        var running = (await ListAsync(server, space, cancellationToken)).Items
            .Where(p => p.Status?.Phase == "Running" && p.Metadata.DeletionTimestamp is null)
            .Where(p => p.Spec.Containers.Any(c => c.Name == Container))
            .OrderByDescending(p => p.Metadata.CreationTimestamp)
            .FirstOrDefault();
        return running is not null
            ? new OperatorPod(server, space, running)
            : throw new OperatorAbsentException(space);
    }

    /// <summary>Refuses a user who may not run programs in the pod.</summary>
    /// <exception cref="CliException">A right is missing, whatever the version of the server.</exception>
    public async Task RequireExecAsync(CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(cancellationToken);
        if (missing.Contains(PodRights.Required, StringComparer.Ordinal))
        {
            throw ExecRefusal(missing);
        }
    }

    private Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancellationToken) =>
        PodRights.MissingAsync(server, space, pod.Metadata.Name, cancellationToken);

    private CliException ExecRefusal(IReadOnlyList<string> missing) =>
        PodRights.Refusal(space, $"{string.Join(" and ", missing)} pods/exec");

    private static async Task<V1PodList> ListAsync(
        IKubernetes server, string space, CancellationToken cancellationToken)
    {
        try
        {
            return await server.CoreV1.ListNamespacedPodAsync(
                space, labelSelector: Selector, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException refused) when (refused.Response.StatusCode == HttpStatusCode.Forbidden)
        {
            throw PodRights.Refusal(space, "list pods");
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="feed">
    /// Writes the program's standard input. The program has to know where it ends: the connection cannot tell it.
    /// </param>
    /// <param name="cancellationToken">Ends the connection.</param>
    /// <exception cref="IOException">The connection ended before the program.</exception>
    /// <exception cref="CliException">The user has no right to it.</exception>
    public async Task<PodResult> RunAsync(
        IReadOnlyList<string> command, Func<Stream, Task>? feed, CancellationToken cancellationToken)
    {
        using var streams = await OpenAsync(command, feed is not null, cancellationToken);
        await using var input = streams.GetStream(null, ChannelIndex.StdIn);
        await using var output = streams.GetStream(ChannelIndex.StdOut, null);
        await using var errors = streams.GetStream(ChannelIndex.StdErr, null);
        await using var end = streams.GetStream(ChannelIndex.Error, null);
        streams.Start();
        var texts = Task.WhenAll(
            ReadAsync(output, cancellationToken),
            ReadAsync(errors, cancellationToken),
            ReadAsync(end, cancellationToken));
        if (feed is not null)
        {
            await feed(input);
        }

        return await texts is [var said, var complained, { Length: > 0 } status]
            ? new PodResult(ExitCode(KubernetesJson.Deserialize<V1Status>(status)), said, complained)
            : throw new IOException($"pod {FullName} sent no result");
    }

    private async Task<IStreamDemuxer> OpenAsync(
        IReadOnlyList<string> command, bool hasInput, CancellationToken cancellationToken)
    {
        try
        {
            return await server.MuxedStreamNamespacedPodExecAsync(
                pod.Metadata.Name,
                space,
                command,
                Container,
                stdin: hasInput,
                tty: false,
                cancellationToken: cancellationToken);
        }
        catch (HttpOperationException refused) when (refused.Response.StatusCode == HttpStatusCode.Forbidden)
        {
            throw await MissingAsync(cancellationToken) is { Count: > 0 } missing
                ? ExecRefusal(missing)
                : new CliException(
                    $"The API server answered 403 to exec in pod {FullName}, although you have the rights get and "
                    + "create pods/exec. An admission webhook may refuse it.");
        }
    }

    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static int ExitCode(V1Status status)
    {
        if (status.Status == "Success")
        {
            return 0;
        }

        var code = status.Details?.Causes?.FirstOrDefault(c => c.Reason == "ExitCode")?.Message;
        return int.TryParse(code, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CliException($"The program could not be run in the operator's pod: {status.Message}");
    }
}

/// <summary>No pod of the operator runs.</summary>
/// <param name="space">The namespace of the operator.</param>
internal sealed class OperatorAbsentException(string space) : CliException(
    $"No pod of the operator runs in namespace {space}. See `kubectl -n {space} get pod`, or name another namespace "
    + "with --operator-namespace.");

/// <summary>What a program said and how it ended.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record PodResult(int ExitCode, string Output, string Errors);
