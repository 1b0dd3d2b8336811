namespace Drydock.Reconcilers.Databases;

/// <summary>A login at the SQL port.</summary>
/// <param name="User">The account.</param>
/// <param name="Password">Its password.</param>
/// <param name="Ca">The authority of the server's certificate as PEM, where the Secret has one (ca.crt).</param>
internal sealed record SqlLogin(string User, string Password, byte[]? Ca = null)
{
    /// <summary>The account only.</summary>
    public override string ToString() => $"{User} (password not shown)";
}
