namespace Drydock.Reconcilers.Databases;

/// <summary>A login at the HTTP interfaces of a database's processes, or at a proxy before them.</summary>
/// <param name="User">The user name.</param>
/// <param name="Password">Its password.</param>
internal sealed record ServiceLogin(string User, string Password)
{
    /// <summary>The user only.</summary>
    public override string ToString() => $"{User} (password not shown)";
}
