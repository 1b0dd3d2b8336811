namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Access;

/// <summary>Login of the SQL port.</summary>
/// <param name="User">Account.</param>
/// <param name="Password">Its password; never in a message.</param>
public sealed record SqlLogin(string User, string Password)
{
    /// <summary>The account only.</summary>
    public override string ToString() => User;
}
