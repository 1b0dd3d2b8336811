namespace Drydock.Reconcilers.Oms;

/// <summary>The account with which OMS connects to the metadata database. Pure.</summary>
internal static class OmsAccount
{
    /// <summary>
    /// The name that the server itself knows, without the tenant and cluster that OceanBase and its proxy add:
    /// <c>USER@TENANT#CLUSTER</c> or <c>CLUSTER:TENANT:USER</c>.
    /// </summary>
    /// <param name="user">oms_meta_user of config.yaml.</param>
    public static string OnServer(string user) =>
        user.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
            ? user[..at]
            : user.Split(':') is [_, _, { Length: > 0 } last] ? last : user;
}
