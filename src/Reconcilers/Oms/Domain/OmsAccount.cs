namespace Drydock.Reconcilers.Oms;

/// <summary>The account with which OMS connects to the metadata database. Pure.</summary>
internal static class OmsAccount
{
    public static string OnServer(string user) =>
        user.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
            ? user[..at]
            : user.Split(':') is [_, _, { Length: > 0 } last] ? last : user;
}
