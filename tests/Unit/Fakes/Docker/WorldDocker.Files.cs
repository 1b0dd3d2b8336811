using System.Formats.Tar;
using System.Text.Json.Nodes;
using Drydock.Clients.Docker;
using Models = Docker.DotNet.Models;

namespace Drydock.Tests.Unit.Fakes;

/// <content>Files and images.</content>
internal sealed partial class WorldDocker
{
    public async Task<Models.ContainerPathStatResponse> StatAsync(string id, string path, CancellationToken cancellationToken = default) =>
        await life.LookAsync(() => Stat(id, path, out _));

    public async Task<T> ReadArchiveAsync<T>(string id, string path, Func<Models.ContainerPathStatResponse, Stream, Task<T>> read, CancellationToken cancellationToken = default)
    {
        var content = Array.Empty<byte>();
        var stat = await life.LookAsync(() => Stat(id, path, out content));
        return await read(stat, Tar(stat.Name, content));
    }

    private Models.ContainerPathStatResponse Stat(string id, string path, out byte[] content)
    {
        content = Container(id).File(path) ?? throw NotFound($"no such path: {path}");
        return new Models.ContainerPathStatResponse { Name = path[(path.LastIndexOf('/') + 1)..], Size = content.Length, Mode = 0x1A4 };
    }

    public async Task ExtractArchiveToContainerAsync(string id, string directory, Stream archive, CancellationToken cancellationToken = default)
    {
        using var body = new MemoryStream();
        await archive.CopyToAsync(body, cancellationToken);
        await ChangeAsync("copy", $"{id}:{directory}", () =>
        {
            var container = Container(id);
            if (!WorldContainer.HasDirectory(directory))
            {
                throw NotFound($"Could not find the file {directory} in container {id}");
            }

            body.Position = 0;
            using var reader = new TarReader(body, leaveOpen: true);
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                container.Own[$"{directory.TrimEnd('/')}/{entry.Name}"] = content.ToArray();
                world.Did("copy", host!.Name);
            }

            return true;
        });
    }

    public Task<Models.ImageInspectResponse> InspectImageAsync(string name, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        var image = Host.FindImage(name) ?? throw NotFound($"no such image: {name}");
        return new Models.ImageInspectResponse
        {
            ID = image.Id,
            RepoTags = [.. Host.References.Where(r => r.Value == image.Id).Select(r => r.Key)],
            RepoDigests = [],
            RootFS = new Models.RootFS { Layers = [.. image.Layers] },
        };
    });

    public Task<JsonObject> InspectImageConfigAsync(string name, CancellationToken cancellationToken = default) => life.LookAsync(() =>
        WorldOptions.Write((Host.FindImage(name) ?? throw NotFound($"no such image: {name}")).Config));

    public Task CreateImageAsync(string image, Models.AuthConfig? auth, CancellationToken cancellationToken = default) =>
        ChangeAsync("pull", image, () =>
        {
            Admit(image, auth);
            Host.AddImage(world.Registry.GetValueOrDefault(image) ?? throw new DockerStreamException(endpoint, "pull", $"manifest for {image} not found"));
            world.Did("pull", host!.Name);
            return true;
        });

    public async Task LoadImageAsync(Stream archive, Action<string> progress, CancellationToken cancellationToken = default)
    {
        using var body = new MemoryStream();
        await archive.CopyToAsync(body, cancellationToken);
        var message = await ChangeAsync("load", "archive", () =>
        {
            var image = world.Archives.ImageIn(body.ToArray()) ?? throw new DockerStreamException(endpoint, "load", "unexpected EOF");
            Host.AddImage(image);
            world.Did("load", host!.Name);
            return $"Loaded image: {image.Reference}";
        });
        progress(message);
    }

    public Task DeleteImageAsync(string name, CancellationToken cancellationToken = default) => ChangeAsync("delete-image", name, () =>
    {
        var image = Host.FindImage(name) ?? throw NotFound($"no such image: {name}");
        var byId = Host.Images.ContainsKey(name);
        var isLast = Host.References.Count(r => r.Value == image.Id) <= 1;
        if ((isLast || byId) && Host.Containers.Exists(c => c.Image.Id == image.Id))
        {
            throw new DockerConflictException(endpoint, $"delete {name}", "a container uses it");
        }

        if (byId && !isLast)
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
        return true;
    });

    public Task TagImageAsync(string name, Models.ImageTagParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync("tag", $"{parameters.RepositoryName}:{parameters.Tag}", () =>
    {
        var image = Host.FindImage(name) ?? throw NotFound($"no such image: {name}");
        Host.References[$"{parameters.RepositoryName}:{parameters.Tag}"] = image.Id;
        return true;
    });

    public Task<Models.DistributionInspectResponse> InspectDistributionAsync(string name, Models.AuthConfig? auth, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        Admit(name, auth);
        return Host.IsReachable && world.Registry.ContainsKey(name)
            ? new Models.DistributionInspectResponse()
            : throw new DockerApiException(endpoint, $"ask the registry for {name}", global::System.Net.HttpStatusCode.InternalServerError, "Get https://registry.example/v2/: no such host");
    });

    private void Admit(string image, Models.AuthConfig? credentials)
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
