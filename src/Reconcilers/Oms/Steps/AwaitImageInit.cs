using System.Runtime.CompilerServices;
using System.Text;
using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Waits until an image that initialises the metadata itself has printed its success line in the log of its container
/// (docs/research/oms.md#initialisation). Only the log since the container's last start counts.
/// </summary>
[Acceptable(OnlyIf = "if the container runs and its success line did not appear in time")]
internal sealed class AwaitImageInit(IOmsTargets targets) : OmsStep<AwaitImageInit.Args>(targets), IWaitsOnly
{
    private const int Lines = 1000;
    private const int LongestLog = 1024 * 1024;

    /// <param name="Container">Name or id of the container.</param>
    /// <param name="SuccessMarker">A part of the line that is printed after a successful initialisation.</param>
    public sealed record Args(string Container, string SuccessMarker);

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, args.Container, cancellationToken);
        if (container is not { State: { Running: true } state })
        {
            return new Observation.Failed(
                Reasons.ComponentsUnhealthy,
                container is null
                    ? NotRunning(context, args.Container)
                    : Exited(context, args.Container, container.State));
        }

        var last = "";
        await foreach (var line in LinesAsync(Docker(context), container.ID, state.StartedAt, cancellationToken))
        {
            if (line.Contains(args.SuccessMarker, StringComparison.Ordinal))
            {
                return new Observation.Done($"{args.Container} on {context.Node} has initialised the metadata.");
            }

            last = line;
        }

        return new Observation.Running(
            $"{args.Container} on {context.Node} has not printed '{args.SuccessMarker}' yet"
            + $"{(last.Length == 0 ? "" : $"; the last line of its log is: {Shorten(last)}")}.");
    }

    protected override bool MayBeAccepted(Observation.Failed failure) => failure.Reason == Reasons.StepTimeout;

    private static async IAsyncEnumerable<string> LinesAsync(
        IDockerClient docker,
        string container,
        DateTimeOffset? since,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var parameters = new ContainerLogsParameters
        {
            ShowStdout = true,
            ShowStderr = true,
            Since = since,
            Tail = Lines,
        };
        await foreach (var chunk in docker.Containers.GetContainerLogsAsync(container, parameters, cancellationToken))
        {
            bytes.Write(chunk.Data.Span);
            if (bytes.Length > LongestLog)
            {
                break;
            }
        }

        foreach (var line in Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length).Split('\n'))
        {
            if (TerminalText.Clean(line).Trim() is { Length: > 0 } text)
            {
                yield return text;
            }
        }
    }

    private static string Shorten(string text) => text.Length <= 160 ? text : string.Concat(text.AsSpan(0, 159), "…");
}
