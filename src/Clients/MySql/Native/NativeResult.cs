using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Native;

/// <summary>A <c>MYSQL_RES*</c> of an unbuffered result. The connection is closed only after it.</summary>
internal sealed class NativeResult : SafeHandle
{
    private readonly NativeConnection _connection;

    internal NativeResult(NativeConnection connection, nint result)
        : base(0, ownsHandle: true)
    {
        _connection = connection;
        var held = false;
        connection.DangerousAddRef(ref held);
        SetHandle(result);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>It was read completely.</summary>
    internal bool AtEnd { get; set; }

    protected override bool ReleaseHandle()
    {
        _connection.EndUnless(AtEnd);
        using (_connection.Enter())
        {
            NativeMethods.mysql_free_result(handle);
        }

        _connection.DangerousRelease();
        return true;
    }
}
