using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Native;

/// <summary>A <c>MYSQL_STMT*</c>. The connection is closed only after it.</summary>
internal sealed class NativeStatement : SafeHandle
{
    private readonly NativeConnection _connection;

    /// <exception cref="MySqlException">The library is out of memory.</exception>
    internal NativeStatement(NativeConnection connection)
        : base(0, ownsHandle: true)
    {
        _connection = connection;
        var statement = NativeMethods.mysql_stmt_init(connection);
        if (statement == 0)
        {
            throw connection.Error();
        }

        var held = false;
        connection.DangerousAddRef(ref held);
        SetHandle(statement);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Its results were read completely.</summary>
    internal bool AtEnd { get; set; } = true;

    protected override bool ReleaseHandle()
    {
        _connection.EndUnless(AtEnd);
        using (_connection.Enter())
        {
            _ = NativeMethods.mysql_stmt_close(handle);
        }

        _connection.DangerousRelease();
        return true;
    }
}
