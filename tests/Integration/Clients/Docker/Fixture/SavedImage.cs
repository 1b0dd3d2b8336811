using System.Formats.Tar;

namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>An image as "docker save" writes it, and its parts as a registry gives them.</summary>
internal sealed class SavedImage
{
    private SavedImage(byte[] layer, byte[] config)
    {
        Layer = layer;
        Config = config;
    }

    /// <summary>The one layer, an uncompressed tar.</summary>
    public byte[] Layer { get; }

    /// <summary>The configuration.</summary>
    public byte[] Config { get; }

    /// <summary>The image ID is the configuration's digest.</summary>
    public string Id => Digest(Config);

    /// <summary>The manifest of a registry.</summary>
    public byte[] Manifest => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{Config.Length}},"digest":"{{Id}}"},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar","size":{{Layer.Length}},"digest":"{{Digest(Layer)}}"}]}"""));

    /// <summary>Makes one that differs from every other by a file.</summary>
    public static async Task<SavedImage> CreateAsync(int ballastBytes = 0)
    {
        using var layer = new MemoryStream();
        await BusyboxLayer.WriteAsync(
            layer, ("etc/mark", Guid.NewGuid().ToByteArray()),
            ("etc/ballast", RandomNumberGenerator.GetBytes(ballastBytes)));
        var bytes = layer.ToArray();
        var config =
            $$$"""{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/sh"],"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["{{{Digest(bytes)}}}"]}}""";
        return new SavedImage(bytes, Encoding.UTF8.GetBytes(config));
    }

    public static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>The archive that "docker load" reads.</summary>
    public async Task<byte[]> ArchiveAsync(string reference)
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            var configName = Id["sha256:".Length..] + ".json";
            await WriteAsync(tar, configName, Config);
            await WriteAsync(tar, "layer.tar", Layer);
            await WriteAsync(tar, "manifest.json", Encoding.UTF8.GetBytes(
                $$"""[{"Config":"{{configName}}","RepoTags":["{{reference}}"],"Layers":["layer.tar"]}]"""));
        }

        return archive.ToArray();
    }

    private static async Task WriteAsync(TarWriter tar, string name, byte[] content)
    {
        using var data = new MemoryStream(content);
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = data,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite
        });
    }
}
