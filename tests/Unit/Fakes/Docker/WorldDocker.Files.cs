using System.Formats.Tar;
using System.Runtime.CompilerServices;
using Drydock.Clients.Docker;

namespace Drydock.Tests.Unit.Fakes;

/// <content>Files and images.</content>
internal sealed partial class WorldDocker
{
    public Task<GetArchiveFromContainerResponse> GetArchiveFromContainerAsync(string id, GetArchiveFromContainerParameters parameters, bool statOnly, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        var content = Container(id).File(parameters.Path) ?? throw NotFound($"no such path: {parameters.Path}");
        var name = parameters.Path[(parameters.Path.LastIndexOf('/') + 1)..];
        return new GetArchiveFromContainerResponse(new ContainerPathStatResponse { Name = name, Size = content.Length, Mode = 0x1A4 }, statOnly ? null : Tar(name, content));
    });

    public async Task ExtractArchiveToContainerAsync(string id, CopyToContainerParameters parameters, Stream archive, CancellationToken cancellationToken = default)
    {
        using var body = new MemoryStream();
        await archive.CopyToAsync(body, cancellationToken);
        await ChangeAsync("copy", $"{id}:{parameters.Path}", () =>
        {
            var container = Container(id);
            if (!WorldContainer.HasDirectory(parameters.Path))
            {
                throw NotFound($"Could not find the file {parameters.Path} in container {id}");
            }

            body.Position = 0;
            using var reader = new TarReader(body, leaveOpen: true);
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                container.Own[$"{parameters.Path.TrimEnd('/')}/{entry.Name}"] = content.ToArray();
                world.Did("copy", host!.Name);
            }

            return true;
        });
    }

    public Task<ImageInspectResponse> InspectImageAsync(string name, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        var image = Host.FindImage(name) ?? throw NotFound($"no such image: {name}");
        return new ImageInspectResponse
        {
            ID = image.Id,
            RepoTags = [.. Host.References.Where(r => r.Value == image.Id).Select(r => r.Key)],
            Config = image.Config,
            RootFS = new ImageRootFS { Layers = image.Layers },
        };
    });

    public async IAsyncEnumerable<JSONMessage> CreateImageAsync(
        ImagesCreateParameters parameters,
        AuthConfig? authConfig,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ChangeAsync("pull", parameters.FromImage, () =>
        {
            Admit(parameters.FromImage, authConfig);
            Host.AddImage(world.Registry.GetValueOrDefault(parameters.FromImage) ?? throw new DockerStreamException(endpoint, "pull", $"manifest for {parameters.FromImage} not found"));
            world.Did("pull", host!.Name);
            return true;
        });
        yield return new JSONMessage { Status = "Pull complete" };
    }

    public async IAsyncEnumerable<JSONMessage> LoadImageAsync(
        ImageLoadParameters parameters,
        Stream imageStream,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var body = new MemoryStream();
        await imageStream.CopyToAsync(body, cancellationToken);
        var message = await ChangeAsync("load", "archive", () =>
        {
            var image = world.Archives.ImageIn(body.ToArray()) ?? throw new DockerStreamException(endpoint, "load", "unexpected EOF");
            Host.AddImage(image);
            world.Did("load", host!.Name);
            return new JSONMessage { Stream = $"Loaded image: {image.Reference}" };
        });
        yield return message;
    }

    public Task<IReadOnlyList<ImageDeleteResponse>> DeleteImageAsync(string name, ImageDeleteParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync<IReadOnlyList<ImageDeleteResponse>>("delete-image", name, () =>
    {
        var image = Host.FindImage(name) ?? throw NotFound($"no such image: {name}");
        var byId = Host.Images.ContainsKey(name);
        var isLast = Host.References.Count(r => r.Value == image.Id) <= 1;
        if ((isLast || byId) && Host.Containers.Exists(c => c.Image.Id == image.Id))
        {
            throw new DockerConflictException(endpoint, $"delete {name}", "a container uses it");
        }

        if (byId && !isLast && !parameters.Force)
        {
            throw new DockerConflictException(endpoint, $"delete {name}", "it is referenced in multiple repositories");
        }

        foreach (var reference in Host.References.Where(r => r.Value == image.Id && (byId || r.Key == name)).Select(r => r.Key).ToList())
        {
            Host.References.Remove(reference);
        }

        if (!Host.References.ContainsValue(image.Id))
        {
            Host.Images.Remove(image.Id);
        }

        world.Did("delete-image", host!.Name);
        return [];
    });

    public Task TagImageAsync(string name, ImageTagParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync("tag", $"{parameters.RepositoryName}:{parameters.Tag}", () =>
    {
        var image = Host.FindImage(name) ?? throw NotFound($"no such image: {name}");
        Host.References[$"{parameters.RepositoryName}:{parameters.Tag}"] = image.Id;
        return true;
    });

    public Task<DistributionInspectResponse> InspectDistributionAsync(string name, AuthConfig? authConfig, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        Admit(name, authConfig);
        return Host.IsReachable && world.Registry.ContainsKey(name)
            ? new DistributionInspectResponse()
            : throw new DockerApiException(endpoint, $"ask the registry for {name}", global::System.Net.HttpStatusCode.InternalServerError, "Get https://registry.example/v2/: no such host");
    });

    private void Admit(string image, AuthConfig? credentials)
    {
        if (world.RegistryAccount is { } account && (credentials?.Username, credentials?.Password) != (account.User, account.Password))
        {
            throw new DockerApiException(endpoint, $"ask the registry for {image}", global::System.Net.HttpStatusCode.InternalServerError, "unauthorized: incorrect username or password");
        }
    }

    private static MemoryStream Tar(string name, byte[] content)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        tar.Position = 0;
        return tar;
    }
}
