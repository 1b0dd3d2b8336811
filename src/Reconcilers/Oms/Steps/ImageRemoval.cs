using Drydock.Clients.Docker;

namespace Drydock.Reconcilers.Oms;

/// <summary>Removes images that no container uses.</summary>
internal static class ImageRemoval
{
    /// <summary>Receipt key: a container uses the image.</summary>
    public const string InUseKey = "inUse";

    /// <summary>The image of a name or id; null if it is not on the host.</summary>
    public static async Task<ImageInspectResponse?> FindImageAsync(
        this IDockerClient docker, string image, CancellationToken cancellationToken)
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

    /// <summary>Whether a container, running or not, uses the image.</summary>
    public static async Task<bool> IsInUseAsync(
        this IDockerClient docker, ImageInspectResponse image, CancellationToken cancellationToken)
    {
        var all = new ContainersListParameters { All = true };
        var containers = await docker.Containers.ListContainersAsync(all, cancellationToken);
        return containers.Any(c => c.ImageID == image.ID);
    }

    /// <summary>Removes names of an image; removing the last name removes the image.</summary>
    public static async Task RemoveNamesAsync(
        this IDockerClient docker, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            await docker.Images.DeleteImageAsync(name, new ImageDeleteParameters(), cancellationToken);
        }
    }

    /// <summary>All names of an image, or its id if it has none.</summary>
    public static IEnumerable<string> Names(this ImageInspectResponse image) =>
        image.RepoTags.Count == 0 ? [image.ID] : image.RepoTags;
}
