using System.Globalization;
using Drydock.Cli.CommandLine;
using k8s;
using k8s.Models;

namespace Drydock.Cli.Uploads;

/// <summary>The pod of the operator, in which programs of its image can be run.</summary>
/// <param name="server">The API server.</param>
/// <param name="space">The namespace of the operator.</param>
/// <param name="pod">The pod.</param>
internal sealed class OperatorPod(IKubernetes server, string space, V1Pod pod)
{
    private const string Container = "operator";

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
    /// <exception cref="CliException">None runs.</exception>
    public static async Task<OperatorPod> FindAsync(
        IKubernetes server, string space, CancellationToken cancellationToken)
    {
        var pods = await server.CoreV1.ListNamespacedPodAsync(
            space, labelSelector: Selector, cancellationToken: cancellationToken);
        var running = pods.Items
            .Where(p => p.Status?.Phase == "Running" && p.Metadata.DeletionTimestamp is null)
            .Where(p => p.Spec.Containers.Any(c => c.Name == Container))
            .OrderByDescending(p => p.Metadata.CreationTimestamp)
            .FirstOrDefault();
        return running is not null
            ? new OperatorPod(server, space, running)
            : throw new CliException(
                $"No pod of the operator runs in namespace {space}. See `kubectl -n {space} get pod`, or name another "
                + "namespace with --operator-namespace.");
    }

    /// <summary>Whether the user may run programs in the pod.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        var review = await server.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(
            new V1SelfSubjectAccessReview
            {
                Spec = new V1SelfSubjectAccessReviewSpec
                {
                    ResourceAttributes = new V1ResourceAttributes
                    {
                        Verb = "create",
                        Resource = "pods",
                        Subresource = "exec",
                        NamespaceProperty = space,
                        Name = pod.Metadata.Name,
                    },
                },
            },
            cancellationToken: cancellationToken);
        return review.Status.Allowed;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="feed">
    /// Writes the program's standard input. The program has to know where it ends: the connection cannot tell it.
    /// </param>
    /// <param name="cancellationToken">Ends the connection.</param>
    /// <exception cref="IOException">The connection ended before the program.</exception>
    public async Task<PodResult> RunAsync(
        IReadOnlyList<string> command, Func<Stream, Task>? feed, CancellationToken cancellationToken)
    {
        using var streams = await server.MuxedStreamNamespacedPodExecAsync(
            pod.Metadata.Name,
            space,
            command,
            Container,
            stdin: feed is not null,
            tty: false,
            cancellationToken: cancellationToken);
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

/// <summary>What a program said and how it ended.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record PodResult(int ExitCode, string Output, string Errors);
