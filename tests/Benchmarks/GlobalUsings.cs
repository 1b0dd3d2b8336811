global using System.Diagnostics;
global using System.Globalization;
global using System.Text;
global using System.Text.Json.Nodes;
global using Drydock.Lab;
global using Drydock.Lab.Upgrades;
