using System.Security.Cryptography;
using Drydock.Cli.CommandLine;

namespace Drydock.Cli.Uploads;

/// <summary>A file of this machine that is uploaded.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">The checksum of its content, in lower-case hexadecimal digits.</param>
internal sealed record LocalArchive(string Path, long Bytes, string Sha256)
{
    /// <summary>Reads a file once, for its checksum.</summary>
    /// <exception cref="CliException">It is empty.</exception>
    public static async Task<LocalArchive> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        await using var stream = file.OpenRead();
        var sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        return stream.Length > 0
            ? new LocalArchive(file.FullName, stream.Length, sum)
            : throw CliException.Refused($"{file.FullName} is empty. Nothing was uploaded.");
    }

    /// <summary>Copies a part of the content.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many bytes.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <exception cref="CliException">The file became shorter meanwhile.</exception>
    public async Task CopyAsync(Stream target, long offset, long count, CancellationToken cancellationToken)
    {
        await using var source = File.OpenRead(Path);
        source.Position = offset;
        var buffer = new byte[64 * 1024];
        for (var left = count; left > 0;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
            var read = await source.ReadAsync(part, cancellationToken);
            if (read == 0)
            {
                throw new CliException($"{Path} became shorter while it was uploaded. Upload it again.");
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            left -= read;
        }
    }
}
