namespace Drydock.Clients.MySql.Native;

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
