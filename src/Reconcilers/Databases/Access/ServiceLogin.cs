namespace Drydock.Reconcilers.Databases;

/// <summary>A login at the HTTP interfaces of a database's processes, or at a proxy before them.</summary>
/// <param name="User">The user name.</param>
/// <param name="Password">Its password.</param>
internal sealed record ServiceLogin(string User, string Password)
{
    /// <summary>
    /// Whether every request has the login, as Grafana wants it, which asks for none. Only where the connection
    /// crosses no network unencrypted.
    /// </summary>
    public bool IsSentUnasked { get; init; }

    /// <summary>The user only.</summary>
    public override string ToString() => $"{User} (password not shown)";
}
