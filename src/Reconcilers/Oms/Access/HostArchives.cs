using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>What archives on hosts contain. Several GiB travel from the host to the operator to find that out, so a
/// file is read to its end only if the host says that it is another one than at the last look, by any
/// upgrade.</summary>
internal sealed class HostArchives
{
    // Archives whose contents are kept.
    private const int MostKept = 64;

    private readonly BoundedCache<Known> _known = new(MostKept);

    /// <summary>The contents of an archive.</summary>
    /// <param name="endpoint">The dockerd of the host.</param>
    /// <param name="path">Path on the host.</param>
    /// <param name="kind">What it has to be.</param>
    /// <param name="stat">What the host says of the file.</param>
    /// <param name="content">The file from its start.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public async Task<ArchiveContents> InspectAsync(
        string endpoint,
        string path,
        ArchiveKind kind,
        ContainerPathStatResponse stat,
        Stream content,
        CancellationToken cancellationToken)
    {
        var key = $"{kind}\n{endpoint}\n{path}";
        if (_known.Find(key) is { } known && known.Bytes == stat.Size && known.Changed == stat.Mtime)
        {
            return known.Contents;
        }

        var contents = await ArchiveContents.ReadAsync(content, path, stat.Size, kind, cancellationToken);
        _known.Set(key, new Known(stat.Size, stat.Mtime, contents));
        return contents;
    }

    private sealed record Known(long Bytes, DateTime Changed, ArchiveContents Contents);
}
