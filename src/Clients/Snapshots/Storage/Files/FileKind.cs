namespace Drydock.Clients.Snapshots;

/// <summary>Kinds of files as <c>stat</c> numbers them. Every other number is a device, a pipe or a socket.</summary>
internal enum FileKind
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>A directory.</summary>
    Directory = 0x4000,

    /// <summary>A regular file.</summary>
    Regular = 0x8000,

    /// <summary>A symbolic link.</summary>
    SymbolicLink = 0xa000,
}
