using System.Formats.Tar;

namespace Drydock.Tests.Unit.Fakes;

/// <content>Files and images.</content>
internal sealed partial class WorldDocker
{
    private HttpResponseMessage Archive(string id, string path)
    {
        Host.FileReads.Add(path);
        if (Host.UnreadableFile == path)
        {
            throw new WorldRefusal(HttpStatusCode.InternalServerError, $"read {path}: input/output error");
        }

        var (container, name) = (Container(id), path[(path.LastIndexOf('/') + 1)..]);
        if (container.File(path) is { } content)
        {
            return Archived(name, content);
        }

        var root = $"{container.HostPath(path)}/";
        var below = Host.Files.Where(f => root.Length > 1 && f.Key.StartsWith(root, StringComparison.Ordinal))
            .Select(f => ($"{name}/{f.Key[root.Length..]}", f.Value))
            .ToArray();
        return below.Length > 0
            ? Archived(name, 0, 0x800001ED, Tar(below))
            : Refused(HttpStatusCode.NotFound, $"no such path: {path}");
    }

    /// <summary>A file, as a path of a container is answered.</summary>
    public static HttpResponseMessage Archived(string name, byte[] content) =>
        Archived(name, content.Length, 0x1A4, Tar((name, content)));

    private static HttpResponseMessage Archived(string name, int size, long mode, byte[] tar)
    {
        var stat = new JsonObject { ["name"] = name, ["size"] = size, ["mode"] = mode };
        var answer = new HttpResponseMessage { Content = new ByteArrayContent(tar) };
        answer.Headers.Add(
            "X-Docker-Container-Path-Stat", Convert.ToBase64String(Encoding.UTF8.GetBytes(stat.ToJsonString())));
        return answer;
    }

    private Task<HttpResponseMessage> ExtractAsync(string id, string directory, byte[] archive) =>
        ChangeAsync("copy", $"{id}:{directory}", () =>
        {
            var container = Container(id);
            if (!WorldContainer.HasDirectory(directory) && container.HostPath(directory) is null)
            {
                throw NotFound($"Could not find the file {directory} in container {id}");
            }

            using var body = new MemoryStream(archive);
            using var reader = new TarReader(body);
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                var path = $"{directory.TrimEnd('/')}/{entry.Name}";
                if (container.HostPath(path) is { } mounted)
                {
                    if (Host.IsFull)
                    {
                        throw new WorldRefusal(
                            HttpStatusCode.InternalServerError, $"write {path}: no space left on device");
                    }

                    Host.Files[mounted] = content.ToArray();
                    continue;
                }

                container.Own[path] = content.ToArray();
                world.Did("copy", host!.Name);
            }

            return new HttpResponseMessage();
        });

    private WorldImage Image(params string[] name) =>
        Host.FindImage(string.Join('/', name)) ?? throw NotFound($"no such image: {string.Join('/', name)}");

    private JsonObject Inspected(WorldImage image) => new()
    {
        ["Id"] = image.Id,
        ["RepoTags"] = DockerJson.List(Host.References.Where(r => r.Value == image.Id).Select(r => r.Key)),
        ["RepoDigests"] = new JsonArray(),
        ["Architecture"] = image.Architecture,
        ["RootFS"] = new JsonObject { ["Type"] = "layers", ["Layers"] = DockerJson.List(image.Layers) },
        ["Config"] = WorldOptions.Write(image.Config),
    };

    private Task<HttpResponseMessage> PullAsync(string image, (string? User, string? Password) credentials) =>
        ChangeAsync("pull", image, () =>
        {
            Admit(credentials);
            if (world.Registry.GetValueOrDefault(image) is not { } found)
            {
                return Failed($"manifest for {image} not found");
            }

            Host.AddImage(found);
            world.Did("pull", host!.Name);
            return Json(new JsonObject { ["status"] = "Download complete" });
        });

    private Task<HttpResponseMessage> LoadAsync(byte[] archive) => ChangeAsync("load", "archive", () =>
    {
        if (world.Archives.ImageIn(archive) is not { } image)
        {
            return Failed("unexpected EOF");
        }

        Host.AddImage(image);
        world.Did("load", host!.Name);
        return Json(new JsonObject { ["stream"] = $"Loaded image: {image.Reference}" });
    });

    // An error inside a 200.
    private static HttpResponseMessage Failed(string message) =>
        Json(new JsonObject { ["errorDetail"] = new JsonObject { ["message"] = message }, ["error"] = message });

    private Task<HttpResponseMessage> DeleteAsync(string name) => ChangeAsync("delete-image", name, () =>
    {
        var image = Image(name);
        var byId = Host.Images.ContainsKey(name);
        var isLast = Host.References.Count(r => r.Value == image.Id) <= 1;
        if ((isLast || byId) && Host.Containers.Exists(c => c.Image.Id == image.Id))
        {
            throw new WorldRefusal(HttpStatusCode.Conflict, "a container uses it");
        }

        if (byId && !isLast)
        {
            throw new WorldRefusal(HttpStatusCode.Conflict, "it is referenced in multiple repositories");
        }

        foreach (var reference in Host.References.Where(r => r.Value == image.Id && (byId || r.Key == name))
            .Select(r => r.Key).ToList())
        {
            Host.References.Remove(reference);
        }

        if (!Host.References.ContainsValue(image.Id))
        {
            Host.Images.Remove(image.Id);
        }

        world.Did("delete-image", host!.Name);
        return Json(new JsonArray());
    });

    private Task<HttpResponseMessage> TagAsync(string[] name, string reference) => ChangeAsync("tag", reference, () =>
    {
        Host.References[reference] = Image(name).Id;
        return new HttpResponseMessage(HttpStatusCode.Created);
    });

    private HttpResponseMessage Distribution(string name, (string? User, string? Password) credentials)
    {
        Admit(credentials);
        return Host.IsReachable && world.Registry.TryGetValue(name, out var image)
            ? Json(new JsonObject
            {
                ["Descriptor"] = new JsonObject(),
                ["Platforms"] = new JsonArray(
                    new JsonObject { ["architecture"] = image.Architecture },
                    new JsonObject { ["architecture"] = "unknown" })
            })
            : throw new WorldRefusal(
                HttpStatusCode.InternalServerError, "Get https://registry.example/v2/: no such host");
    }

    private void Admit((string? User, string? Password) credentials)
    {
        if (world.RegistryAccount is { } account && credentials != (account.User, account.Password))
        {
            throw new WorldRefusal(HttpStatusCode.InternalServerError, "unauthorized: incorrect username or password");
        }
    }

    private static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(
                    new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        return tar.ToArray();
    }
}
