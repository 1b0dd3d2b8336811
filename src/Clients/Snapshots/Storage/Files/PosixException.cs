namespace Drydock.Clients.Snapshots;

/// <summary>A file system call failed.</summary>
/// <param name="error">Its errno.</param>
internal sealed class PosixException(int error) : IOException(Posix.Message(error))
{
    /// <summary>Its errno.</summary>
    internal int Error => error;

    /// <summary>A symbolic link is on the path, or the path leads out of the directory.</summary>
    internal bool LeadsOut => error is Posix.SymbolicLink or Posix.OtherDevice;
}
