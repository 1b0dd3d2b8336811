namespace Drydock.Clients.Snapshots;

/// <summary>A statement of a dump that is not among those a dump may hold.</summary>
/// <param name="Kind">Its first words, such as <c>LOAD DATA LOCAL</c>.</param>
/// <param name="Offset">The byte of the SQL at which it begins, from 0.</param>
/// <param name="Why">What is wrong with it, as the end of a sentence.</param>
public sealed record RefusedStatement(string Kind, long Offset, string Why)
{
    /// <summary>The sentence for status and log.</summary>
    /// <param name="file">The file of the snapshot that holds the statement.</param>
    public string Describe(string file) => FormattableString.Invariant(
        $"{file}: the statement {Kind} at byte {Offset} of its SQL is refused: {Why}. A dump may hold only what mysqldump and mydumper write into that file.");
}
