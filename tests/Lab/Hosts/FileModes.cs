namespace Drydock.Lab.Hosts;

/// <summary>Permissions of files on a host.</summary>
public static class FileModes
{
    /// <summary>0644.</summary>
    public const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>0755.</summary>
    public const UnixFileMode Executable =
        Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>0440, which sudo requires for sudoers.</summary>
    internal const UnixFileMode Sudoers = UnixFileMode.UserRead | UnixFileMode.GroupRead;
}
