using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// The part of MariaDB Connector/C (LGPL, Debian package <c>libmariadb3</c>) that is used. Only for 64-bit Linux, where
/// C's
/// <c>unsigned long</c> is 8 bytes.
/// </summary>
internal static partial class NativeMethods
{
    internal const int NoData = 100;
    internal const int DataTruncated = 101;
    internal const nuint ClientFoundRows = 2;
    internal const nuint ClientMultiStatements = 1 << 16;
    internal const nuint ClientMultiResults = 1 << 17;
    internal const nuint ClientPreparedMultiResults = 1 << 18;
    internal const int InfoServerStatus = 30;
    internal const uint ServerStatusNoBackslashEscapes = 512;

    internal const int SetDescriptorFlags = 2;
    internal const int CloseOnExec = 1;
    internal const int DuplicateCloseOnExec = 1030;
    internal const int ShutdownBoth = 2;

    private const short PollIn = 1;
    private const short PollOut = 4;
    private const int InterruptedCall = 4;

    private const string Library = "libmariadb.so.3";

    [LibraryImport(Library)]
    internal static partial int mysql_server_init(int argc, nint argv, nint groups);

    [LibraryImport(Library)]
    internal static partial nint mysql_init(nint mysql);

    [LibraryImport(Library)]
    internal static partial void mysql_close(nint mysql);

    /// <summary>
    /// The function is called after each transfer of each connection: 0 for a read or 1 for a write, MYSQL*, bytes,
    /// number of bytes or -1.
    /// </summary>
    [LibraryImport(Library)]
    internal static unsafe partial int ma_pvio_register_callback(
        byte register, delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, void> function);

    [LibraryImport(Library)]
    internal static unsafe partial int mysql_options(NativeConnection mysql, NativeOption option, void* value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mysql_options4(NativeConnection mysql, NativeOption option, string key, string value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint mysql_real_connect(
        NativeConnection mysql,
        string? host,
        string user,
        string password,
        string? database,
        uint port,
        string? unixSocket,
        nuint clientFlag);

    [LibraryImport(Library)]
    internal static partial uint mysql_errno(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial nint mysql_error(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial nint mysql_sqlstate(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial int mysql_get_socket(nint mysql);

    [LibraryImport(Library)]
    internal static partial nint mysql_get_ssl_cipher(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static unsafe partial sbyte mariadb_get_info(NativeConnection mysql, int value, void* arg);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mysql_select_db(NativeConnection mysql, string database);

    [LibraryImport(Library)]
    internal static unsafe partial int mysql_real_query(NativeConnection mysql, byte* query, nuint length);

    [LibraryImport(Library)]
    internal static partial nint mysql_use_result(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial uint mysql_field_count(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial ulong mysql_affected_rows(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial ulong mysql_insert_id(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial sbyte mysql_more_results(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial int mysql_next_result(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static partial uint mysql_num_fields(nint result);

    [LibraryImport(Library)]
    internal static unsafe partial NativeField* mysql_fetch_fields(nint result);

    [LibraryImport(Library)]
    internal static unsafe partial byte** mysql_fetch_row(NativeResult result);

    [LibraryImport(Library)]
    internal static unsafe partial nuint* mysql_fetch_lengths(NativeResult result);

    [LibraryImport(Library)]
    internal static partial void mysql_free_result(nint result);

    [LibraryImport(Library)]
    internal static partial nint mysql_stmt_init(NativeConnection mysql);

    [LibraryImport(Library)]
    internal static unsafe partial int mysql_stmt_prepare(NativeStatement statement, byte* query, nuint length);

    [LibraryImport(Library)]
    internal static partial nuint mysql_stmt_param_count(NativeStatement statement);

    [LibraryImport(Library)]
    internal static unsafe partial sbyte mysql_stmt_bind_param(NativeStatement statement, NativeBind* binds);

    [LibraryImport(Library)]
    internal static partial int mysql_stmt_execute(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial uint mysql_stmt_field_count(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial nint mysql_stmt_result_metadata(NativeStatement statement);

    [LibraryImport(Library)]
    internal static unsafe partial sbyte mysql_stmt_bind_result(NativeStatement statement, NativeBind* binds);

    [LibraryImport(Library)]
    internal static partial int mysql_stmt_fetch(NativeStatement statement);

    [LibraryImport(Library)]
    internal static unsafe partial int mysql_stmt_fetch_column(
        NativeStatement statement, NativeBind* bind, uint column, nuint offset);

    [LibraryImport(Library)]
    internal static partial sbyte mysql_stmt_free_result(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial sbyte mysql_stmt_more_results(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial int mysql_stmt_next_result(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial ulong mysql_stmt_affected_rows(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial ulong mysql_stmt_insert_id(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial sbyte mysql_stmt_close(nint statement);

    [LibraryImport(Library)]
    internal static partial uint mysql_stmt_errno(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial nint mysql_stmt_error(NativeStatement statement);

    [LibraryImport(Library)]
    internal static partial nint mysql_stmt_sqlstate(NativeStatement statement);

    /// <summary>fcntl(2) with one integer argument.</summary>
    [LibraryImport("libc")]
    internal static partial int fcntl(int fd, int command, int argument);

    /// <summary>shutdown(2): wakes a thread that is waiting in the client library.</summary>
    [LibraryImport("libc")]
    internal static partial int shutdown(int socket, int how);

    /// <summary>close(2).</summary>
    [LibraryImport("libc")]
    internal static partial int close(int fd);

    /// <summary>poll(2) for one descriptor.</summary>
    /// <param name="socket">The descriptor.</param>
    /// <param name="isRead">Wait for something to read, else for room to write.</param>
    /// <param name="milliseconds">-1 for no limit.</param>
    /// <returns>1 ready or at its end, 0 time is up, -1 failed.</returns>
    internal static unsafe int WaitFor(int socket, bool isRead, int milliseconds)
    {
        var wanted = new PollDescriptor { Descriptor = socket, Events = isRead ? PollIn : PollOut };
        int result;
        do
        {
            Marshal.SetLastSystemError(0);
            result = poll(&wanted, 1, milliseconds);
        }
        while (result < 0 && Marshal.GetLastSystemError() == InterruptedCall);

        return result;
    }

    [LibraryImport("libc")]
    private static unsafe partial int poll(PollDescriptor* descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}

/// <summary>The values of <c>enum mysql_option</c> that are used.</summary>
internal enum NativeOption
{
    ConnectTimeout = 0,
    CharsetName = 7,
    LocalInfile = 8,
    Protocol = 9,
    Reconnect = 20,
    SslVerifyServerCert = 21,
    DefaultAuth = 23,
    SslKey = 25,
    SslCert = 26,
    SslCa = 27,
    ConnectAttrAdd = 33,
    SslEnforce = 38,
    MaxAllowedPacket = 39,
    IoWait = 7024,
}
