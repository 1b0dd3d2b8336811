using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The created, never started container shows whether the image holds what will be run in it.</summary>
internal sealed class InspectImageContents(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var path in context.Parameter("paths").Split(','))
        {
            if (!await ExistsAsync(Docker(context), context.Parameter("container"), path, cancellationToken))
            {
                return new Observation.Failed(ReasonFor(path), $"the image has no {path} ({Node(context)}); {BeforeDowntime.StartOver(WayOut(path))}");
            }
        }

        return new Observation.Done(context.Parameter("paths").Replace(",", ", ", StringComparison.Ordinal) + " found");
    }

    /// <summary>Whether a path exists in a container.</summary>
    internal static async Task<bool> ExistsAsync(
        IDockerClient docker, string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stat = await docker.Containers.GetArchiveFromContainerAsync(container, new GetArchiveFromContainerParameters { Path = path }, statOnly: true, cancellationToken);
            return true;
        }
        catch (DockerNotFoundException)
        {
            // The path, or the container: the next call tells which.
            await docker.Containers.InspectContainerAsync(container, cancellationToken);
            return false;
        }
    }

    /// <summary>The reason to report for a missing path.</summary>
    internal static string ReasonFor(string path) =>
        path == DockerInit.ScriptPath ? Reasons.ImageUnsuitable : Reasons.JarMissing;

    /// <summary>What to do about a missing path.</summary>
    internal static string WayOut(string path) => path == DockerInit.ScriptPath
        ? "it is not an OMS image: correct spec.image or the archive"
        : "find it in the image (find / -name 'correction-*.jar') and correct spec.correction.jarPath and workingDir, or use the right image";
}
