namespace Drydock.Clients.Snapshots;

/// <summary>
/// Whether age takes recipients, found out before anything depends on it: a mistyped key shows only in its checksum.
/// </summary>
/// <param name="options">Where the program is.</param>
public sealed class AgeRecipients(SnapshotToolOptions? options = null)
{
    /// <summary>Encrypts nothing to each of them.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: one is no public key;
    /// <see cref="SnapshotFailure.ToolMissing"/>.</exception>
    public async Task CheckAsync(IReadOnlyList<string> recipients, CancellationToken cancellationToken)
    {
        AgeTool.Check(recipients);
        foreach (var recipient in recipients)
        {
            try
            {
                await new AgeTool(options ?? new SnapshotToolOptions()).EncryptAsync([recipient], Stream.Null, static _ => Task.CompletedTask, cancellationToken).ConfigureAwait(false);
            }
            catch (SnapshotException exception) when (exception.Failure == SnapshotFailure.DumpFailed)
            {
                throw new SnapshotException(SnapshotFailure.InvalidRequest, $"Recipient '{recipient}' is not taken: {exception.Message} Expected a public key as age-keygen prints it.", exception);
            }
        }
    }
}
