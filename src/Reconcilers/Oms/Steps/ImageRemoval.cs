using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Removes images that no container uses.</summary>
internal static class ImageRemoval
{
    public const string InUseKey = "inUse";

    public static async Task<ImageInspectResponse?> FindImageAsync(
        this DockerClient docker, string image, CancellationToken cancellationToken)
    {
        try
        {
            return await docker.Images.InspectImageAsync(image, cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }

    public static async Task<bool> IsInUseAsync(
        this DockerClient docker, ImageInspectResponse image, CancellationToken cancellationToken)
    {
        var all = new ContainersListParameters { All = true };
        var containers = await docker.Containers.ListContainersAsync(all, cancellationToken);
        return containers.Any(c => c.ImageID == image.ID);
    }

    public static async Task RemoveNamesAsync(
        this DockerClient docker, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            await docker.Images.DeleteImageAsync(name, cancellationToken);
        }
    }

    public static IEnumerable<string> Names(this ImageInspectResponse image) =>
        image.RepoTags.Count == 0 ? [image.ID] : image.RepoTags;
}
